package org.weft.cli;

import java.io.PrintStream;
import java.util.HexFormat;
import java.util.function.Function;
import org.apache.commons.cli.Options;
import org.weft.bitstream.device.NicDevice;
import org.weft.isa.InputException;
import org.weft.isa.control.EventReader;

/** {@code weft device events}: what programs gave to {@code bpf_perf_event_output}. */
final class DeviceEvents {
  static final String NAME = "events";
  static final String MEMORY = "memory";
  private static final String ADDRESS = "address";
  private static final String BYTES = "bytes";
  private static final int MOST_BYTES = 1 << 30;

  private final String place;
  private final long address;
  private final int bytes;
  private final PrintStream out;

  /** The options that say where the ring is. */
  static void add(Options options) {
    options.addOption(
        Arguments.value(
            null, MEMORY, "FILE", "events: the ring's memory, with +OFFSET where it begins"));
    options.addOption(
        Arguments.value(
            null, ADDRESS, "N", "events: where the device reaches it, a multiple of 64"));
    options.addOption(
        Arguments.value(null, BYTES, "N", "events: the ring's size, a power of two from 64 on"));
  }

  DeviceEvents(Arguments arguments, PrintStream out) {
    place = required(arguments, MEMORY);
    address = number(ADDRESS, required(arguments, ADDRESS));
    long size = number(BYTES, required(arguments, BYTES));
    if (address % EventReader.ALIGNMENT != 0) {
      throw wrong(ADDRESS, arguments, "give a multiple of " + EventReader.ALIGNMENT);
    }
    if (size < EventReader.ALIGNMENT || size > MOST_BYTES || Long.bitCount(size) != 1) {
      throw wrong(
          BYTES,
          arguments,
          "give a power of two from " + EventReader.ALIGNMENT + " to " + MOST_BYTES);
    }
    bytes = (int) size;
    this.out = out;
  }

  private static String required(Arguments arguments, String option) {
    String text = arguments.text(option, null);
    if (text == null) {
      throw new InputException("weft device events needs --memory FILE, --address N, --bytes N");
    }
    return text;
  }

  private static InputException wrong(String option, Arguments arguments, String what) {
    return new InputException("--" + option + " " + arguments.text(option, "") + ": " + what);
  }

  /** A number in decimal, or in hex behind {@code 0x}, of up to 64 bits. */
  private static long number(String option, String text) {
    try {
      return text.startsWith("0x")
          ? Long.parseUnsignedLong(text.substring(2), 16)
          : Long.parseUnsignedLong(text);
    } catch (NumberFormatException e) {
      throw new InputException(
          "--" + option + " " + text + ": give a number, as 4096 or 0x1000", e);
    }
  }

  /** Prints the events that have come, and how many were lost. */
  int run(NicDevice device, Function<String, EventReader.Memory> memory) {
    EventReader reader = device.events(memory.apply(place), address, bytes);
    reader.read(this::print);
    int lost = reader.lost();
    if (lost != 0) {
      out.printf("lost %s%n", Integer.toUnsignedString(lost));
    }
    return 0;
  }

  private void print(EventReader.Event event) {
    out.printf(
        "map %d cpu %d time %s %s %s%n",
        event.map(),
        event.cpu(),
        Long.toUnsignedString(event.time()),
        hex(event.data()),
        hex(event.packet()));
  }

  /** Digits, or a stroke for nothing. */
  private static String hex(byte... bytes) {
    return bytes.length == 0 ? "-" : HexFormat.of().formatHex(bytes);
  }
}
