package org.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  private static Weft writingTo(OutputStream stream, String... args) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status;
    PrintStream out = new PrintStream(new StandardOutput(stream), false, StandardCharsets.UTF_8);
    try (PrintStream complained = new PrintStream(err, false, StandardCharsets.UTF_8)) {
      status = Main.run(args, new ByteArrayInputStream(new byte[0]), out, complained);
    }
    return new Weft(status, "", err.toString(StandardCharsets.UTF_8));
  }

  private static OutputStream failing(String message) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException(message);
      }
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"disasm", "run", "verify"})
  void aReaderThatHasGoneEndsTheCommandQuietly(String command) {
    String[] args =
        command.equals("disasm")
            ? new String[] {command, Weft.object("drop")}
            : new String[] {command, Weft.object("drop"), "--pcap", Weft.trace("drop"), "--json"};
    Weft weft = writingTo(failing("Broken pipe"), args);
    assertEquals(141, weft.status());
    assertFalse(weft.err().contains("pipe"), weft.err());
  }

  @Test
  void aFullDiskIsNamed() {
    Weft weft = writingTo(failing("No space left on device"), "help");
    assertEquals(2, weft.status());
    assertEquals("weft: standard output: No space left on device\n", weft.err());
  }

  @Test
  void usageIsPrintedWhereItWasAskedFor() {
    assertEquals(0, Weft.run("help").status());
    assertTrue(Weft.run("--help").out().contains("weft verify   PROG.o"));
    Weft nothing = Weft.run();
    assertEquals(2, nothing.status());
    assertEquals("", nothing.out());
    assertTrue(nothing.err().contains("weft run"), nothing.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "verify", "compile", "disasm", "exec", "bitstream", "device"})
  void everyCommandListsItsOptions(String command) {
    Weft help = Weft.run("help", command);
    assertEquals(0, help.status());
    assertTrue(help.out().startsWith("usage: weft " + command), help.out());
    assertEquals(help, Weft.run(command, "--help"));
    assertEquals(help, Weft.run(command, "-h"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "version all -> weft version: leave out all",
        "help run verify -> weft help: leave out verify",
        "burn -> no command burn; there are run, verify, compile, bench, bitstream, device,"
            + " disasm, exec, rtl, version, help",
        "help burn -> no command burn; there are run, verify, compile, bench, bitstream, device,"
            + " disasm, exec, rtl, version, help",
        "disasm -> no file given; give an object or image",
        "disasm a b -> one file at a time, not a b",
        "disasm --fast x -> Unrecognized option: --fast; weft help disasm lists the options",
        "disasm /nowhere -> /nowhere: no such file",
        "disasm / -> /: is a directory; give an object or image",
        "disasm /dev/zero -> /dev/zero: no regular file of at most 256 MiB",
        "run x --pcap -> --pcap lacks its value; weft help run lists the options",
      })
  void badUsageIsOneLineAndStatusTwo(String example) {
    String[] parts = example.split(" -> ", 2);
    Weft weft = Weft.run(parts[0].split(" ", -1));
    assertEquals(2, weft.status());
    assertEquals("weft: " + parts[1] + "\n", weft.err());
    assertEquals("", weft.out());
  }

  @Test
  void messagesStayOnOneLine() {
    assertEquals("a b c d e", Main.oneLine("a\nb\rc\u0085d\u2028e"));
    Weft weft = Weft.run("disasm", "no\nsuch");
    assertEquals(1, weft.err().lines().count());
  }

  @Test
  void theVersionIsOneLine() {
    Weft weft = Weft.run("version");
    assertEquals(0, weft.status());
    assertTrue(weft.out().startsWith("weft "), weft.out());
  }
}
