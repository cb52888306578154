package org.weft.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.weft.bitstream.Board;
import org.weft.bitstream.device.BarFile;
import org.weft.bitstream.device.Loader;
import org.weft.bitstream.device.MemoryFile;
import org.weft.bitstream.device.NicDevice;
import org.weft.bitstream.device.PacketPort;
import org.weft.bitstream.device.RegisterBus;
import org.weft.bitstream.serial.SerialLine;
import org.weft.isa.InputException;
import org.weft.isa.RefusedException;
import org.weft.isa.control.EventReader;
import org.weft.isa.control.Register;
import org.weft.isa.control.RegisterWrite;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.xdp.RandomNumbers;
import org.weft.sim.nic.Fate;
import org.weft.sim.trace.TraceReader;
import org.weft.sim.trace.TraceWriter;
import org.weft.sim.trace.Traces;

/** {@code weft device}: programs and packets to a board. */
final class DeviceCommand {
  private static final String USAGE =
      """
      device load PROG.o|IMAGE --device FILE|--line DEVICE [options]
             weft device maps|get|set|delete [MAP [KEYHEX [VALUEHEX]]] --device FILE [--cpu N]
             weft device records MAP --device FILE
             weft device events --device FILE --memory FILE --address N --bytes N
             weft device run --line DEVICE --pcap IN [options]\
      """;
  private static final String LINE = "line";
  private static final String DEVICE = "device";
  private static final String SEED = "seed";
  private static final int MOST_CPU = 255;

  private final PrintStream out;
  private final Function<String, RegisterBus> open;
  private final Function<String, EventReader.Memory> memory;

  DeviceCommand(PrintStream out) {
    this(
        out,
        place -> opened(DEVICE, place, BarFile::open),
        place -> opened(DeviceEvents.MEMORY, place, MemoryFile::new));
  }

  /** The command for devices, and memory that they write to, that are found in another way. */
  DeviceCommand(
      PrintStream out,
      Function<String, RegisterBus> open,
      Function<String, EventReader.Memory> memory) {
    this.out = out;
    this.open = open;
    this.memory = memory;
  }

  /** What an option names by a file and an offset in it. */
  private static <T> T opened(String option, String place, BiFunction<Path, Long, T> open) {
    int plus = place.lastIndexOf('+');
    try {
      long from = plus < 0 ? 0 : Long.decode(place.substring(plus + 1));
      return open.apply(Arguments.path(plus < 0 ? place : place.substring(0, plus)), from);
    } catch (NumberFormatException e) {
      throw new InputException("--" + option + " " + place + ": write FILE+0x100000", e);
    }
  }

  int run(String... args) throws ParseException, IOException {
    Options options = new Options();
    options.addOption(
        Arguments.value(null, LINE, "DEVICE", "the board's serial line, as /dev/ttyUSB1"));
    options.addOption(
        Arguments.value(
            null,
            DEVICE,
            "FILE",
            "the NIC's registers: a PCI device's resource2, with +OFFSET where they begin"));
    options.addOption(
        Arguments.value(null, "cpu", "N", "get, set: whose value it is in per-CPU maps; 0"));
    options.addOption(
        Arguments.value(
            "m",
            "machine",
            "MACHINE",
            "load: the machine, a preset or file; the board's by default"));
    options.addOption(
        Arguments.value(
            "p", "program", "NAME", "load: the program; the object's first by default"));
    options.addOption(
        Arguments.value(
            null, SEED, "N", "load: seed of bpf_get_prandom_u32 in a NIC; the one that it has"));
    options.addOption(Arguments.value(null, "pcap", "IN", "run: the trace"));
    options.addOption(Arguments.value(null, "out", "OUT", "run: a trace of what leaves"));
    options.addOption(Arguments.value(null, "limit", "N", "run: stop after N packets"));
    DeviceEvents.add(options);
    Arguments.addEntries(options);
    Arguments.addFib(options);
    Arguments arguments = new Arguments(options, args);
    if (arguments.help(out, USAGE)) {
      return 0;
    }
    List<String> words = arguments.positional();
    if (words.equals(List.of("run"))) {
      return run(arguments);
    } else if (words.size() == 2 && words.get(0).equals("load")) {
      return arguments.has(DEVICE)
          ? loadNic(arguments, words.get(1))
          : load(arguments, words.get(1));
    } else if (!words.isEmpty() && DeviceMaps.NAMES.contains(words.get(0))) {
      NicDevice device = new NicDevice(open.apply(required(arguments, DEVICE)));
      int cpu = (int) arguments.longNumber("cpu", 0, 0, MOST_CPU);
      return new DeviceMaps(device, out).run(words, cpu);
    } else if (words.equals(List.of(DeviceEvents.NAME))) {
      return new DeviceEvents(arguments, out)
          .run(new NicDevice(open.apply(required(arguments, DEVICE))), memory);
    }
    throw new InputException(
        "weft device: write load PROG.o|IMAGE, maps, get, set, delete, records, events, or run --pcap IN; weft help"
            + " device lists the options");
  }

  private static SerialLine line(Arguments arguments) {
    return SerialLine.open(Arguments.path(required(arguments, LINE)));
  }

  private static String required(Arguments arguments, String option) {
    String text = arguments.text(option, null);
    if (text == null) {
      throw new InputException("weft device needs --" + option);
    }
    return text;
  }

  /** Loads a program with its maps into a NIC. */
  private int loadNic(Arguments arguments, String file) throws IOException {
    Input input = Input.read(arguments, Arguments.path(file));
    String machine = arguments.text("machine", null);
    if (machine == null && input.image() == null) {
      throw new InputException("weft device load --device needs -m: the bitstream's machine");
    }
    ProgramImage image =
        machine == null
            ? input.image()
            : input.image(Input.machine(machine), arguments.text("program", null));
    List<RegisterWrite> writes = new ArrayList<>();
    if (arguments.has(SEED)) {
      long seed = arguments.longNumber(SEED, 0, Long.MIN_VALUE, Long.MAX_VALUE);
      int register = Register.RANDOM_SEED.offset();
      writes.add(new RegisterWrite(register, RandomNumbers.seed(seed)));
    }
    try {
      NicDevice device = new NicDevice(open.apply(required(arguments, DEVICE)));
      writes.addAll(NicProgram.writes(image, arguments.network(), device.memory()));
      device.load(image.machine(), writes);
    } catch (RefusedException e) {
      throw new RefusedException(file + ": " + e.getMessage());
    }
    out.printf(
        "%s: program %s is loaded, %d rows%n",
        arguments.text(DEVICE, ""), image.entries().get(0).program(), image.rows().size());
    for (int i = 0; i < image.maps().size(); i++) {
      out.printf("map %d: %s%n", i, image.maps().get(i).name());
    }
    return 0;
  }

  private int load(Arguments arguments, String file) throws IOException {
    if (arguments.has(SEED)) {
      throw new InputException("--seed: the board has no random numbers; leave it away");
    }
    Input input = Input.read(arguments, Arguments.path(file));
    ProgramImage image =
        arguments.has("machine") || input.image() == null
            ? input.image(
                Input.machine(arguments.text("machine", Board.ICE40_HX8K.preset())),
                arguments.text("program", null))
            : input.image();
    try (SerialLine line = line(arguments)) {
      new Loader(line, line).load(image);
    } catch (RefusedException e) {
      throw new RefusedException(file + ": " + e.getMessage());
    }
    out.printf(
        "%s: program %s is loaded, %d rows%n",
        arguments.text(LINE, ""), image.entries().get(0).program(), image.rows().size());
    return 0;
  }

  private int run(Arguments arguments) throws IOException {
    arguments.checkFiles(List.of(), "pcap", "out");
    long limit = arguments.longNumber("limit", Long.MAX_VALUE, 1, Long.MAX_VALUE);
    String file = arguments.text("out", null);
    try (TraceReader trace = Traces.open(Arguments.path(required(arguments, "pcap")));
        SerialLine line = line(arguments)) {
      if (file == null) {
        run(line, trace, null, limit);
      } else {
        write(line, trace, file, limit);
      }
    }
    return 0;
  }

  private void write(SerialLine line, TraceReader trace, String file, long limit)
      throws IOException {
    try (TraceWriter writer = Traces.create(Arguments.path(file))) {
      try {
        run(line, trace, writer, limit);
      } catch (IOException | RuntimeException | Error e) {
        writer.abandon();
        throw e;
      }
    }
  }

  private void run(SerialLine line, TraceReader trace, TraceWriter writer, long limit)
      throws IOException {
    Map<Fate, Long> counts = new EnumMap<>(Fate.class);
    for (long number = 0; number < limit && trace.next(); number++) {
      PacketPort.Answer answer = line.run(1, 0, Arrays.copyOf(trace.frame(), trace.length()));
      Fate fate =
          Fate.ofCode(answer.fate())
              .orElseThrow(
                  () ->
                      new InputException(
                          "serial line: a fate that there is not: " + answer.fate()));
      counts.merge(fate, 1L, Long::sum);
      if (writer != null && fate.leaves()) {
        writer.write(answer.bytes(), 0, answer.bytes().length, trace.timestampNs());
      }
    }
    counts.forEach((fate, count) -> out.printf("%-16s %d%n", fate, count));
  }
}
