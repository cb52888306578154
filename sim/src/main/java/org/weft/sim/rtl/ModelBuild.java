package org.weft.sim.rtl;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.weft.hw.sim.Model;
import org.weft.isa.InputException;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.machine.OutsideMemory;

/**
 * Verilates machines. What was built once for a machine and these sources is used again: it lies in
 * the folder that the system property {@code weft.rtl.cache} names, or in {@code weft-rtl} in the
 * folder for temporary files.
 */
final class ModelBuild {
  private static final List<String> WARNINGS =
      List.of("-Wno-WIDTH", "-Wno-UNSIGNED", "-Wno-CMPCONST", "-Wno-UNOPTFLAT");

  /**
   * It compiles what Verilator writes in three quarters of the time that g++ -O1 takes, into code
   * that is a fifth faster. Models of several machines are loaded into one process and have the
   * same names: each finds its own, as they are hidden and bound when linked.
   */
  private static final String COMPILER = "clang++";

  private ModelBuild() {}

  /**
   * The library that holds a machine's model.
   *
   * @param memory what lies behind the memory port
   * @param waves whether it can write its signals; it is slower then
   * @throws InputException when the machine cannot be made, or Verilator, make or clang++ is not
   *     there
   */
  static Path library(MachineSpec machine, OutsideMemory memory, boolean waves) {
    try {
      Path folder = cache().resolve(hash(machine, memory) + (waves ? "-waves" : ""));
      Path library = folder.resolve("libnic.so");
      if (!Files.exists(library)) {
        Files.createDirectories(folder.getParent());
        buildOnce(machine, memory, waves, library);
      }
      return library;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path cache() {
    String folder = System.getProperty("weft.rtl.cache");
    return folder == null
        ? Path.of(System.getProperty("java.io.tmpdir"), "weft-rtl")
        : Path.of(folder);
  }

  /** Who wants a model that another process is building waits for it. */
  private static synchronized void buildOnce(
      MachineSpec machine, OutsideMemory memory, boolean waves, Path library) throws IOException {
    Path folder = library.getParent();
    Path lock = folder.resolveSibling(folder.getFileName() + ".lock");
    try (FileChannel channel = FileChannel.open(lock, CREATE, WRITE)) {
      channel.lock(); // Until it is closed.
      if (!Files.exists(library)) {
        Path work = Files.createTempDirectory(folder.getParent(), "build");
        build(machine, memory, waves, work);
        Files.move(work, folder);
      }
    }
  }

  /** Of all that the model is made from: the machine, and the classes that describe it. */
  private static String hash(MachineSpec machine, OutsideMemory memory) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(MachineFile.hash(machine));
      digest.update(memory.toString().getBytes(StandardCharsets.UTF_8));
      for (byte[] part : Model.sources()) {
        digest.update(part);
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void build(MachineSpec machine, OutsideMemory memory, boolean waves, Path folder)
      throws IOException {
    Model.write(machine, memory, folder);
    List<String> verilate =
        new ArrayList<>(List.of("verilator", "--cc", "-O3", "-fno-table", "--x-assign", "fast"));
    verilate.addAll(List.of("--x-initial", "fast", "--top-module", "Nic", "--Mdir", "obj"));
    verilate.addAll(waves ? List.of("--trace-fst") : List.of());
    verilate.addAll(WARNINGS);
    verilate.addAll(List.of("cores.vlt", "Nic.v"));
    run(folder, verilate);
    List<String> parts =
        new ArrayList<>(List.of("../nic.o", "VNic__ALL.a", "verilated.o", "verilated_threads.o"));
    parts.addAll(waves ? List.of("verilated_fst_c.o") : List.of());
    List<String> make = new ArrayList<>(List.of("make", "-s", "-j2", "-C", "obj", "-f", "VNic.mk"));
    make.addAll(List.of("CXX=" + COMPILER, "CXXFLAGS=-fPIC -fvisibility=hidden"));
    make.addAll(List.of("OPT_FAST=-O2", "OPT_SLOW=-O0", "OPT_GLOBAL=-O2"));
    make.addAll(parts);
    run(folder, make);
    List<String> link = new ArrayList<>(List.of(COMPILER, "-shared", "-Wl,-Bsymbolic"));
    parts.forEach(part -> link.add(Path.of("obj", part).normalize().toString()));
    link.addAll(waves ? List.of("-lz") : List.of());
    link.addAll(List.of("-latomic", "-lpthread", "-o", "libnic.so"));
    run(folder, link);
  }

  private static void run(Path folder, List<String> command) throws IOException {
    Path log = folder.resolve("log");
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException e) {
      throw new InputException(
          "engine rtl: cannot run "
              + command.get(0)
              + ": install verilator, make, clang and g++ (its library)",
          e);
    }
    try {
      if (process.waitFor() != 0) {
        String said = Files.readString(log);
        if (said.contains("zlib.h") || said.contains("-lz")) {
          throw new InputException("engine rtl: waves take zlib: install zlib1g-dev");
        }
        if (said.contains("file not found")
            || said.contains("-lstdc++")
            || said.contains("-latomic")) {
          throw new InputException("engine rtl: clang++ finds no C++ library: install g++");
        }
        throw new IllegalStateException(command.get(0) + " failed: " + said);
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while building the model", e);
    }
  }
}
