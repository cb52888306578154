package org.weft.sim.helper;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The lengths and errors were compared with {@code bpf_trace_printk} of Linux 6.18. */
class TraceFormatTest {
  private static final String MEMORY = "seven\0!";
  private static final long TEXT = 0x1000;
  private static final long BYTES = 0x2000;

  private static int read(long address, byte[] to, int toOffset, int bytes) {
    byte[] memory =
        address == TEXT
            ? MEMORY.getBytes(StandardCharsets.US_ASCII)
            : address == BYTES
                ? new byte[] {10, 0, (byte) 200, 7, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, (byte) 255}
                : new byte[0];
    int length = Math.min(bytes, memory.length);
    System.arraycopy(memory, 0, to, toOffset, length);
    return length;
  }

  private static int print(TraceFormat trace, String format, long a, long b, long c) {
    byte[] bytes = (format + "\0").getBytes(StandardCharsets.ISO_8859_1);
    trace.argument(0, a);
    trace.argument(1, b);
    trace.argument(2, c);
    return trace.print(bytes, 0, bytes.length, 3, TraceFormatTest::read);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      delimiter = ';',
      ignoreLeadingAndTrailingWhitespace = true,
      value = {
        "x; 0; \"x\"",
        "%d; -5; \"-5\"",
        "%d; 0xffffffff; \"-1\"",
        "%u; 0xffffffff; \"4294967295\"",
        "%u; 0x1ffffffff; \"4294967295\"",
        "%x; 0xabcdef; \"abcdef\"",
        "%X; 0xabcdef; \"ABCDEF\"",
        "%ld; -1; \"-1\"",
        "%lld; 0x7fffffffffffffff; \"9223372036854775807\"",
        "%lu; -1; \"18446744073709551615\"",
        "%llx; -1; \"ffffffffffffffff\"",
        "%lli; -1; \"-1\"",
        "\"%5d|\"; -42; \"  -42|\"",
        "\"%-5d|\"; 42; \"42   |\"",
        "\"%05d|\"; -42; \"-0042|\"",
        "\"%0-5d|\"; 42; \"42   |\"",
        "%+d; 7; \"+7\"",
        "\"% d\"; 7; \" 7\"",
        "%+u; 7; \"7\"",
        "100%%; 0; \"100%\"",
        "%c%%; 65; \"A%\"",
        "\"%3c|%%\"; 65; \"  A|%\"",
        "%s.; 0x1000; \"seven.\"",
        "\"%7s|\"; 0x1000; \"  seven|\"",
        "\"%-7s|\"; 0x1000; \"seven  |\"",
        "%s.; 0; \".\"",
        "%pks; 0x1000; \"seven\"",
        "%p; 0xabc; \"0000000000000abc\"",
        "%px; 0; \"0000000000000000\"",
        "\"%20px|\"; 1; \"                   1|\"",
        "%px1z!; 1; \"0000000000000001!\"",
        "%pI4; 0x2000; \"10.0.200.7\"",
        "%pi4; 0x2000; \"010.000.200.007\"",
        "%pI6; 0x2000; \"0a00:c807:0102:0304:0506:0708:090a:0bff\"",
        "%pi6; 0x2000; \"0a00c80701020304050607080 90a0bff\"",
        "%pI4abc; 0; \"0.0.0.0\"",
      })
  void printsAsTheKernel(String format, String argument, String text) {
    TraceFormat trace = new TraceFormat();
    String expected = format.equals("%pi6") ? text.replace(" ", "") : text;
    assertEquals(expected.length(), print(trace, format, Long.decode(argument), 0, 0));
    assertEquals(expected, trace.text());
  }

  @ParameterizedTest
  @CsvSource({
    "%",
    "%5%",
    "%d%",
    "%lc",
    "%hd",
    "%#x",
    "%zd",
    "%lllx",
    "%pz",
    "%pI5",
    "%l",
    "%sx",
    "%d%d%d%d",
    "%q",
    "%5",
  })
  void refusesWhatTheKernelRefuses(String format) {
    assertEquals(-22, print(new TraceFormat(), format, TEXT, TEXT, TEXT));
  }

  @Test
  void textMustBePrintableAndEnd() {
    TraceFormat trace = new TraceFormat();
    assertEquals(-22, print(trace, "bell \7", 0, 0, 0));
    assertEquals(-22, print(trace, "\177", 0, 0, 0));
    assertEquals(-22, print(trace, "\u00e4", 0, 0, 0));
    assertEquals(7, print(trace, "a\tb\nc\13\14", 0, 0, 0));
    byte[] open = {'a', 'b'};
    assertEquals(-22, trace.print(open, 0, 2, 0, PointerReader.NONE));
  }

  @Test
  void allOfALongTextCountsAndItsBeginningIsKept() {
    TraceFormat trace = new TraceFormat();
    assertEquals(1200, print(trace, "%1200d", 1, 0, 0));
    assertEquals(1023, trace.text().length());
  }
}
