package org.weft.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.weft.compiler.Compiler;
import org.weft.compiler.CompilerOptions;
import org.weft.compiler.object.ObjectLoader;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.InputException;
import org.weft.isa.RefusedException;
import org.weft.isa.image.ImageFile;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.sim.map.MapLimits;

/**
 * A program given on the command line: one of the two is not null.
 *
 * @param file the file's name
 * @param object the object
 * @param image the image
 */
record Input(String file, XdpObject object, ProgramImage image) {
  /** The option that says how many entries maps have. */
  static final String ENTRIES = "map-entries";

  private static final long MAX_FILE_BYTES = 1L << 28;

  static Input read(Path path) {
    byte[] bytes;
    try {
      if (Files.isDirectory(path)) {
        throw new InputException(path + ": is a directory; give an object or image");
      }
      if (!Files.exists(path)) {
        throw new InputException(path + ": no such file");
      }
      if (!Files.isRegularFile(path) || Files.size(path) > MAX_FILE_BYTES) {
        throw new InputException(path + ": no regular file of at most 256 MiB");
      }
      bytes = Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      throw new InputException(path + ": no such file", e);
    } catch (IOException e) {
      throw new InputException(path + ": cannot be read: " + e.getMessage(), e);
    }
    String name = path.toString();
    return ImageFile.isImage(bytes)
        ? new Input(name, null, ImageFile.read(name, bytes))
        : new Input(name, ObjectLoader.load(name, bytes), null);
  }

  /** Reads the file that the arguments name, with numbers of entries as they say. */
  static Input read(Arguments arguments, String what) {
    return read(arguments, arguments.file(what));
  }

  /** Reads a file, with numbers of entries as the arguments say. */
  static Input read(Arguments arguments, Path file) {
    Input input = read(file);
    String[] sizes = arguments.all(ENTRIES);
    XdpObject object = sizes.length == 0 ? input.object() : input.requireObject();
    for (String text : sizes) {
      int colon = text.lastIndexOf(':');
      object = object.withMaxEntries(text.substring(0, Math.max(colon, 0)), entries(text, colon));
    }
    return new Input(input.file(), object, input.image());
  }

  private static long entries(String text, int colon) {
    try {
      long entries = Long.parseLong(text.substring(colon + 1));
      if (colon > 0 && entries > 0 && entries <= MapLimits.MAX_ENTRIES) {
        return entries;
      }
    } catch (NumberFormatException e) {
      // Falls through to the same error.
    }
    throw new InputException(
        "--" + ENTRIES + " " + text + ": write NAME:N, N from 1 to " + MapLimits.MAX_ENTRIES);
  }

  /** Says which maps no engine makes as they are defined, and why. */
  void noteUnmade(PrintStream err, int cpus) {
    for (MapDefinition map : object.maps()) {
      String reason = MapLimits.reason(map, cpus);
      if (reason != null) {
        err.println("weft: note: " + Main.oneLine(file + ": " + reason + "; no engine runs it so"));
      }
    }
  }

  /** Says what the loader left aside. */
  void printNotes(PrintStream err) {
    if (object != null) {
      for (String note : object.notes()) {
        err.println("weft: note: " + Main.oneLine(file + ": " + note));
      }
    }
  }

  /** The object, where nothing else will do. */
  XdpObject requireObject() {
    if (object == null) {
      throw new InputException(file + ": is an image; give the object it was compiled from");
    }
    return object;
  }

  /**
   * The image of a program, for a machine.
   *
   * @param program its name, or null for the object's first
   * @throws RefusedException when it cannot be compiled for it, or the image is for another machine
   */
  ProgramImage image(MachineSpec machine, String program) {
    if (object == null) {
      if (!image.machine().equals(machine)) {
        throw new RefusedException(
            String.format(
                "%s: the image is for machine %s, not %s: compile the program for it",
                file, image.machine().name(), machine.name()));
      }
      return image;
    }
    try {
      return Compiler.compile(object, object.program(program), machine, CompilerOptions.DEFAULT)
          .image();
    } catch (RefusedException e) {
      throw new RefusedException(file + ": " + e.getMessage());
    }
  }

  /** A preset or the content of a machine file. */
  static MachineSpec machine(String name) {
    return MachineSpec.PRESETS.contains(name) ? MachineSpec.preset(name) : machineFile(name);
  }

  private static MachineSpec machineFile(String name) {
    Path path = Arguments.path(name);
    if (!Files.exists(path)) {
      throw new InputException(
          "no machine "
              + name
              + ": neither a file nor one of "
              + String.join(", ", MachineSpec.PRESETS));
    }
    return MachineFile.read(path);
  }
}
