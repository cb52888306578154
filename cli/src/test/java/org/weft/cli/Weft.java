package org.weft.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * What the command made of its arguments.
 *
 * @param status the exit status
 * @param out what it printed
 * @param err what it complained
 */
record Weft(int status, String out, String err) {
  static Weft run(String... args) {
    return withInput(new byte[0], args);
  }

  static Weft withInput(byte[] input, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status;
    try (PrintStream printed = new PrintStream(out, false, StandardCharsets.UTF_8);
        PrintStream complained = new PrintStream(err, false, StandardCharsets.UTF_8)) {
      status = Main.run(args, new ByteArrayInputStream(input), printed, complained);
    }
    return new Weft(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** A file of an example. */
  static String example(String name, String file) {
    return Path.of("..", "examples", name, file).toString();
  }

  static String object(String name) {
    return example(name, name + ".o");
  }

  static String trace(String name) {
    return example(name, "traffic.pcap");
  }

  List<String> lines() {
    return out.lines().toList();
  }

  String lastLine() {
    return lines().get(lines().size() - 1);
  }
}
