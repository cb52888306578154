package org.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.bitstream.device.RegisterBus;
import org.weft.compiler.Compiler;
import org.weft.compiler.CompilerOptions;
import org.weft.isa.InputException;
import org.weft.isa.control.EventReader;
import org.weft.isa.control.Register;
import org.weft.isa.control.RegisterWrite;
import org.weft.isa.image.ImageFile;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.RowParser;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.lockstep.SimModel;
import org.weft.sim.map.MapTable;
import org.weft.sim.network.NetworkFile;
import org.weft.sim.nic.NicOptions;
import org.weft.sim.rtl.RtlModel;
import org.weft.sim.trace.TraceReader;
import org.weft.sim.trace.Traces;

/** {@code weft device} with a NIC: the simulated one, and the hardware. */
class NicDeviceTest {
  private static final int PACKETS = 60;
  private static final long LIMIT = 1_000_000;

  /** Has a lookup in a hash map, so that it needs table engines; small enough to be made fast. */
  private static final MachineSpec MACHINE =
      MachineFile.parse(
          """
          preset = hxdp
          name = device
          lanes = 2
          rows = 512
          map_kbytes = 64
          table_slots = 2048
          """);

  @TempDir private Path folder;

  private static ProgramImage image(String example) {
    Input input = Input.read(Path.of(Weft.object(example)));
    return Compiler.compile(
            input.object(), input.object().program(null), MACHINE, CompilerOptions.DEFAULT)
        .image();
  }

  /** A bus to the registers of engine sim: what waits on it waits for clocks. */
  private record SimBus(SimModel model) implements RegisterBus {
    @Override
    public int read(int offset) {
      wait(offset, false);
      return model.nic().control().read(offset);
    }

    @Override
    public void write(int offset, int value) {
      wait(offset, true);
      model.nic().control().write(offset, value);
    }

    private void wait(int offset, boolean isWrite) {
      do {
        model.nic().step();
      } while (model.nic().control().holds(offset, isWrite));
    }
  }

  /** A bus to the registers of the hardware. */
  private record RtlBus(RtlModel model) implements RegisterBus {
    @Override
    public int read(int offset) {
      return model.read(offset);
    }

    @Override
    public void write(int offset, int value) {
      model.write(List.of(new RegisterWrite(offset, value)));
    }
  }

  private static String run(RegisterBus bus, String... args) throws Exception {
    return run(
        bus,
        (offset, bytes) -> {
          throw new IllegalStateException("no memory");
        },
        args);
  }

  private static String run(RegisterBus bus, EventReader.Memory memory, String... args)
      throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--device", "nic"));
    try (PrintStream printed = new PrintStream(out, false, StandardCharsets.UTF_8)) {
      assertEquals(
          0,
          new DeviceCommand(printed, name -> bus, name -> memory).run(all.toArray(String[]::new)));
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private static List<RtlModel.Offer> packets(String example, long now) throws Exception {
    List<RtlModel.Offer> offers = new ArrayList<>();
    try (TraceReader trace = Traces.open(Path.of(Weft.trace(example)))) {
      while (offers.size() < PACKETS && trace.next()) {
        byte[] frame = Arrays.copyOf(trace.frame(), trace.length());
        offers.add(new RtlModel.Offer(0, now + 1, frame, 1, 0, trace.timestampNs(), 0));
      }
    }
    return offers;
  }

  private static List<String> verdicts(RtlModel.Met... met) {
    return Arrays.stream(met).map(m -> m.fate() + " " + Arrays.toString(m.frame())).toList();
  }

  /** What the host says and gets, before and behind packets. */
  private List<String> session(RegisterBus bus, Function<Long, List<String>> traffic, Path image)
      throws Exception {
    List<String> said = new ArrayList<>();
    said.add(run(bus, "load", image.toString()));
    said.add(run(bus, "maps"));
    said.addAll(traffic.apply(0L));
    String flows = run(bus, "maps", "1");
    said.add(flows);
    String[] entry = flows.lines().toList().get(1).split(" ");
    assertEquals(entry[1] + "\n", run(bus, "get", "1", entry[0]));
    String value = "11".repeat(entry[1].length() / 2);
    run(bus, "set", "1", entry[0], value);
    said.add(run(bus, "get", "1", entry[0]));
    assertEquals(value + "\n", said.get(said.size() - 1));
    run(bus, "delete", "1", entry[0]);
    InputException gone = assertThrows(InputException.class, () -> run(bus, "get", "1", entry[0]));
    assertTrue(gone.getMessage().contains("no such key"), gone.getMessage());
    said.add(run(bus, "maps", "1"));
    said.add(run(bus, "maps", "0"));
    said.addAll(traffic.apply(1L));
    said.add(run(bus, "maps", "1"));
    // Loaded once more, it knows nothing of before.
    run(bus, "load", image.toString());
    said.add(run(bus, "maps", "1"));
    assertEquals(1, said.get(said.size() - 1).lines().count(), "an empty map");
    said.addAll(traffic.apply(2L));
    said.add(run(bus, "maps", "1"));
    return said;
  }

  @Test
  void mapsOfTheHardwareAreReadAndSetAsThoseOfSim() throws Exception {
    String example = "firewall";
    Path machine = Files.writeString(folder.resolve("x.machine"), MachineFile.print(MACHINE));
    Path file = folder.resolve("firewall.image");
    List<String> compile = List.of("--map-entries", "flows:500", "-m", machine.toString());
    List<String> args = new ArrayList<>(List.of("compile", Weft.object(example)));
    args.addAll(compile);
    args.addAll(List.of("-o", file.toString()));
    Weft weft = Weft.run(args.toArray(String[]::new));
    assertEquals(0, weft.status(), weft.err());
    ProgramImage image = Input.read(file).image();
    EngineOptions options = new EngineOptions(MACHINE.cpus(), EngineOptions.DEFAULT.seed());
    SimModel sim = new SimModel(image, options, new NicOptions(100, true), 0);
    List<String> simulated =
        session(
            new SimBus(sim),
            round -> verdicts(sim.run(offers(example, sim.nic().now()), LIMIT, () -> {})),
            file);
    // The hardware begins with another program, without maps.
    ProgramImage tx = image("tx");
    MapTable none = new MapTable(List.of(), List.of("tx"), 1, MapTable.Model.HARDWARE);
    try (RtlModel rtl = new RtlModel(tx, none, true)) {
      List<String> hardware =
          session(
              new RtlBus(rtl),
              round -> verdicts(rtl.run(offers(example, rtl.now()), false, LIMIT)),
              file);
      assertEquals(String.join("\n", simulated), String.join("\n", hardware));
    }
  }

  @Test
  void programArraysAndConstantsAreLoadedThroughRegisters() throws Exception {
    ProgramImage image = image("tail-call");
    Path file = Files.write(folder.resolve("tail-call.image"), ImageFile.bytes(image));
    EngineOptions options = new EngineOptions(MACHINE.cpus(), EngineOptions.DEFAULT.seed());
    SimModel sim = new SimModel(image, options, new NicOptions(100, true), 0);
    List<String> expected =
        verdicts(sim.run(offers("tail-call", sim.nic().now()), LIMIT, () -> {}));
    String maps = run(new SimBus(sim), "maps", "1");
    run(new SimBus(sim), "load", file.toString());
    assertEquals(
        expected, verdicts(sim.run(offers("tail-call", sim.nic().now()), LIMIT, () -> {})));
    ProgramImage tx = image("tx");
    MapTable none = new MapTable(List.of(), List.of("tx"), 1, MapTable.Model.HARDWARE);
    try (RtlModel rtl = new RtlModel(tx, none, true)) {
      RtlBus bus = new RtlBus(rtl);
      run(bus, "load", file.toString());
      assertEquals(expected, verdicts(rtl.run(offers("tail-call", rtl.now()), false, LIMIT)));
      assertEquals(maps, run(bus, "maps", "1"));
    }
  }

  @Test
  void recordsOfARingBufferAreTakenOnce() throws Exception {
    EngineOptions options = new EngineOptions(MACHINE.cpus(), EngineOptions.DEFAULT.seed());
    ProgramImage image = image("sampler");
    SimModel sim = new SimModel(image, options, new NicOptions(100, true), 0);
    sim.run(offers("sampler", 0), LIMIT, () -> {});
    sim.settle();
    SimBus bus = new SimBus(sim);
    List<String> maps = run(bus, "maps").lines().toList();
    int ring = IntStream.range(0, 2).filter(i -> maps.get(i).contains("ringbuf")).sum();
    List<String> records = run(bus, "records", "" + ring).lines().toList();
    assertEquals("", run(bus, "records", "" + ring));
    SimModel other = new SimModel(image, options, new NicOptions(100, true), 0);
    other.run(offers("sampler", 0), LIMIT, () -> {});
    other.settle();
    assertEquals(
        other.nic().maps().contents(ring).entries().values().stream()
            .map(value -> value.bytes().get(0).toString())
            .toList(),
        records);
    assertTrue(records.size() > 5, records.size() + " records");
    InputException wrong =
        assertThrows(InputException.class, () -> run(bus, "records", "" + (1 - ring)));
    assertTrue(wrong.getMessage().contains("only a ringbuf has records"), wrong.getMessage());
  }

  private static final long ADDRESS = 0x1_0000_0040L;
  private static final int BYTES = 256;
  private static final MapDefinition EVENTS =
      MapDefinition.of("events", MapType.PERF_EVENT_ARRAY, 4, 4, 8, 0);

  /** Gives five bytes of the stack, and nine of the packet. */
  private static ProgramImage events() {
    return new ProgramImage(
        MACHINE,
        RowParser.parse(
            """
            r8 = mov 9 | r9 = mov 5
            r8 = lsh r8, 32 | r13 = mov -1
            store64 stk[0] = r13 | r13 = rsh r13, 32
            r8 = or r8, r13 | r5 = mov 1
            r4 = call perf_event_output(ctx, r5, r8, stk 0, r9)
            exit r4
            """),
        List.of(EVENTS),
        List.of(new ProgramImage.Entry("main", 0)),
        List.of());
  }

  private static List<RtlModel.Offer> numbered(int count, long now) {
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              byte[] frame = new byte[60];
              Arrays.fill(frame, (byte) (i + 1));
              return new RtlModel.Offer(0, now + 1, frame, 1, 0, 1000 + i, 0);
            })
        .toList();
  }

  /** What the host gets: the ring is set up, an event opened, packets come, more than it holds. */
  private static List<String> eventSession(
      RegisterBus bus, EventReader.Memory memory, IntConsumer traffic) throws Exception {
    String[] events = {
      "events", "--memory", "ram", "--address", "0x" + Long.toHexString(ADDRESS), "--bytes", "256"
    };
    List<String> said = new ArrayList<>();
    said.add(run(bus, memory, events));
    run(bus, "set", "0", "00000000", "01000000");
    for (int count : new int[] {3, 40, 1}) {
      traffic.accept(count);
      said.add(run(bus, memory, events));
      assertEquals(
          said.get(said.size() - 1).lines().filter(line -> line.startsWith("lost")).toList(),
          run(bus, memory, events).lines().toList(),
          "taken once");
    }
    return said;
  }

  @Test
  void eventsAreReadFromTheirRingOnce() throws Exception {
    ProgramImage image = events();
    EngineOptions options = new EngineOptions(MACHINE.cpus(), EngineOptions.DEFAULT.seed());
    SimModel sim = new SimModel(image, options, new NicOptions(100, true), 0);
    byte[] ring = new byte[BYTES];
    sim.nic()
        .connect(
            (address, from, at, bytes) ->
                System.arraycopy(from, at, ring, (int) (address - ADDRESS), bytes));
    List<String> simulated =
        eventSession(
            new SimBus(sim),
            (offset, bytes) -> Arrays.copyOfRange(ring, offset, offset + bytes),
            count -> {
              sim.run(numbered(count, sim.nic().now()), LIMIT, () -> {});
              for (int i = 0; i < 1000; i++) {
                sim.nic().step();
              }
            });
    assertEquals("", simulated.get(0));
    List<String> first = simulated.get(1).lines().toList();
    assertEquals(3, first.size(), "" + first);
    assertTrue(first.get(0).matches("map 0 cpu 0 time \\d+ ffffffffff (01){9}"), first.get(0));
    List<String> many = simulated.get(2).lines().toList();
    assertTrue(many.get(many.size() - 1).startsWith("lost "), "" + many);
    MapTable maps =
        new MapTable(image.maps(), List.of("main"), MACHINE.cpus(), MapTable.Model.HARDWARE);
    try (RtlModel rtl = new RtlModel(image, maps, true)) {
      List<String> hardware =
          eventSession(
              new RtlBus(rtl),
              (offset, bytes) -> bytes(rtl.hostWords(ADDRESS + offset, bytes / Long.BYTES)),
              count -> {
                rtl.run(numbered(count, rtl.now()), false, LIMIT);
                IntStream.range(0, 300).forEach(i -> rtl.read(Register.ID.offset()));
              });
      assertEquals(String.join("\n", simulated), String.join("\n", hardware));
    }
  }

  @Test
  void whatIsNoRingOfEventsIsSaidInOneLine() throws Exception {
    for (String[] wrong :
        new String[][] {
          {"ram", "64", "32", "--bytes 32: give a power of two from 64"},
          {"ram", "64", "96", "--bytes 96: give a power of two from 64"},
          {"ram", "0x20", "64", "--address 0x20: give a multiple of 64"},
          {"ram", "x", "64", "--address x: give a number"},
        }) {
      Weft weft =
          Weft.run(
              "device",
              "events",
              "--device",
              "none",
              "--memory",
              wrong[0],
              "--address",
              wrong[1],
              "--bytes",
              wrong[2]);
      assertEquals(2, weft.status(), weft.err());
      assertEquals(1, weft.err().lines().count(), weft.err());
      assertTrue(weft.err().contains(wrong[3]), weft.err());
    }
    Weft weft = Weft.run("device", "events", "--device", "none");
    assertTrue(weft.err().contains("needs --memory FILE, --address N, --bytes N"), weft.err());
  }

  private static byte[] bytes(long... words) {
    ByteBuffer buffer = ByteBuffer.allocate(Long.BYTES * words.length);
    buffer.order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().put(words);
    return buffer.array();
  }

  @Test
  void seedOfRandomNumbersIsLoadedWithAProgram() throws Exception {
    ProgramImage image = image("tx");
    Path file = Files.write(folder.resolve("tx.image"), ImageFile.bytes(image));
    SimModel sim = new SimModel(image, EngineOptions.DEFAULT, new NicOptions(100, true), 0);
    RegisterBus bus = new SimBus(sim);
    run(bus, "load", file.toString(), "--seed", "77");
    assertEquals(77, bus.read(Register.RANDOM_SEED.offset()));
    run(bus, "load", file.toString());
    assertEquals(77, bus.read(Register.RANDOM_SEED.offset()), "none is given");
    Weft board = Weft.run("device", "load", file.toString(), "--line", "none", "--seed", "1");
    assertEquals(2, board.status());
    assertTrue(board.err().contains("--seed: the board has no random numbers"), board.err());
  }

  @Test
  void routesAreLoadedThroughRegisters() throws Exception {
    ProgramImage image = image("fib-router");
    Path file = Files.write(folder.resolve("fib-router.image"), ImageFile.bytes(image));
    Path fib = Path.of(Weft.object("fib-router")).resolveSibling("fib");
    EngineOptions options =
        new EngineOptions(MACHINE.cpus(), EngineOptions.DEFAULT.seed(), NetworkFile.read(fib));
    SimModel sim = new SimModel(image, options, new NicOptions(100, true), 0);
    List<String> expected =
        verdicts(sim.run(offers("fib-router", sim.nic().now()), LIMIT, () -> {}));
    assertTrue(expected.stream().anyMatch(text -> text.startsWith("REDIRECT")), "some are routed");
    ProgramImage tx = image("tx");
    MapTable none = new MapTable(List.of(), List.of("tx"), 1, MapTable.Model.HARDWARE);
    try (RtlModel rtl = new RtlModel(tx, none, true)) {
      RtlBus bus = new RtlBus(rtl);
      run(bus, "load", file.toString(), "--fib", fib.toString());
      assertEquals(expected, verdicts(rtl.run(offers("fib-router", rtl.now()), false, LIMIT)));
      // Without a network nothing is forwarded.
      run(bus, "load", file.toString());
      assertTrue(
          verdicts(rtl.run(offers("fib-router", rtl.now()), false, LIMIT)).stream()
              .noneMatch(text -> text.startsWith("REDIRECT")));
    }
  }

  private static List<RtlModel.Offer> offers(String example, long now) {
    try {
      return packets(example, now);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatIsNoDeviceIsSaidInOneLine() throws Exception {
    Path file = Files.write(folder.resolve("resource2"), new byte[1 << 16]);
    Path small = Files.write(folder.resolve("small"), new byte[100]);
    for (String[] wrong :
        new String[][] {
          {folder.resolve("none").toString(), "no such file"},
          {small.toString(), "has no registers at 0x0: it has 100 bytes"},
          {file + "+0x10000", "has no registers at 0x10000"},
          {file + "+x", "write FILE+0x100000"},
          {file + "+0x8000", "no weft device: ID reads 00000000"},
        }) {
      Weft weft = Weft.run("device", "maps", "--device", wrong[0]);
      assertEquals(2, weft.status(), weft.err());
      assertEquals(1, weft.err().lines().count(), weft.err());
      assertTrue(weft.err().contains(wrong[1]), weft.err());
    }
  }
}
