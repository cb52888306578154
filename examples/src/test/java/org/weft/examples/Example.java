package org.weft.examples;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.weft.cli.Main;
import org.weft.examples.traffic.TrafficGenerator;
import org.weft.examples.traffic.TrafficKind;
import org.weft.sim.network.Network;
import org.weft.sim.network.NetworkFile;

/**
 * An example's folder.
 *
 * @param name of the folder, the source and the object
 */
record Example(String name) {
  /** What a command has printed, and its exit status. */
  record Printed(int status, String out, String err) {
    /** Whether the system forbids the kernel engine; the reason is in {@code err}. */
    boolean kernelLeftOut() {
      return err.contains("engine kernel is left out: ");
    }
  }

  static List<Example> all() {
    try (Stream<Path> folders = Files.list(Path.of(""))) {
      return folders
          .map(folder -> new Example(folder.toString()))
          .filter(example -> Files.exists(example.file(example.name + ".c")))
          .sorted((a, b) -> a.name.compareTo(b.name))
          .toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  Path file(String file) {
    return Path.of(name, file);
  }

  Path object() {
    return file(name + ".o");
  }

  /** The {@code --map} arguments of the file {@code maps}. */
  List<String> maps() throws IOException {
    List<String> arguments = new ArrayList<>();
    if (Files.exists(file("maps"))) {
      for (String line : Files.readAllLines(file("maps"))) {
        if (!line.isEmpty() && !line.startsWith("#")) {
          arguments.add("--map");
          arguments.add(line);
        }
      }
    }
    return arguments;
  }

  /** The network of the file {@code fib}. */
  Network network() throws IOException {
    return Files.exists(file("fib")) ? NetworkFile.read(file("fib")) : Network.NONE;
  }

  /** Runs {@code weft} with an object, a trace and this example's maps and network. */
  Printed weft(String command, Path object, Path trace, String... options) throws IOException {
    List<String> args =
        new ArrayList<>(List.of(command, object.toString(), "--pcap", trace.toString()));
    args.addAll(maps());
    if (Files.exists(file("fib"))) {
      args.addAll(List.of("--fib", file("fib").toString()));
    }
    args.addAll(List.of(options));
    return weft(args);
  }

  /** Runs {@code weft}. */
  static Printed weft(List<String> args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status;
    try (PrintStream printed = new PrintStream(out, false, StandardCharsets.UTF_8);
        PrintStream complained = new PrintStream(err, false, StandardCharsets.UTF_8)) {
      status =
          Main.run(
              args.toArray(String[]::new),
              new ByteArrayInputStream(new byte[0]),
              printed,
              complained);
    }
    return new Printed(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /**
   * What {@code run --json --maps} prints of packets and maps: all but the summary, and without
   * what depends on the engine.
   */
  List<String> results(Path object, Path trace, String engine) throws IOException {
    Printed printed = weft("run", object, trace, "--engine", engine, "--json", "--maps");
    if (printed.status != 0) {
      throw new AssertionError(name + ", engine " + engine + ": " + printed.err);
    }
    return printed
        .out
        .lines()
        .filter(line -> !line.isBlank() && !line.startsWith("{\"summary\""))
        .map(line -> line.replaceAll(",\"(cycles|rows)\":\\d+", ""))
        .toList();
  }

  /** A trace of one kind in a folder; made once. */
  static Path trace(Path folder, TrafficKind kind, int count) throws IOException {
    Path file = folder.resolve(kind + ".pcap");
    if (!Files.exists(file)) {
      new TrafficGenerator(kind, 7).write(count, Files.newOutputStream(file));
    }
    return file;
  }

  @Override
  public String toString() {
    return name;
  }
}
