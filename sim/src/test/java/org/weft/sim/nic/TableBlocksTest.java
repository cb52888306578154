package org.weft.sim.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.weft.hw.table.KeyHashBench;
import org.weft.hw.table.TableBench;
import org.weft.hw.table.TestAnswer;
import org.weft.hw.table.TestCall;
import org.weft.hw.table.TestTable;
import org.weft.hw.table.TestTrie;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.map.KeyHash;
import org.weft.sim.map.Little;
import org.weft.sim.map.MapTable;
import org.weft.sim.map.SoftMap;

/**
 * The hardware's table engines and table writer beside the model's: the same random requests, while
 * tables fill and churn, the same answers in the same clocks, the same values at the end.
 */
final class TableBlocksTest {
  private static final int CALLS = Integer.getInteger("weft.random.calls", 1500);
  private static final long SEED = Long.getLong("weft.random.seed", 1);
  private static final int NO_PREALLOC = 1;
  private static final int LOOKUP = 0;
  private static final int UPDATE = 1;
  private static final int DELETE = 2;
  private static final int NEXT = 3;

  /** Engines, maps, and how many clocks there are between the calls of a core at most. */
  private record Setting(
      String name, Map<String, String> machine, List<MapDefinition> maps, int gap) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static MapDefinition map(
      MapType type, int keyBytes, int valueBytes, int entries, int flags) {
    return MapDefinition.of("m", type, keyBytes, valueBytes, entries, flags);
  }

  private static Map<String, String> machine(int cores, int engines, int cpus, int slots) {
    return Map.of(
        "cores",
        "" + cores,
        "table_engines",
        "" + engines,
        "cpus",
        "" + cpus,
        "table_slots",
        "" + slots,
        "map_kbytes",
        "64");
  }

  static Stream<Setting> settings() {
    return Stream.of(
        new Setting(
            "one core, one hash map",
            machine(1, 1, 1, 256),
            List.of(map(MapType.HASH, 16, 8, 12, 0)),
            12),
        new Setting(
            "two cores, one engine, keys of one to four beats",
            machine(2, 1, 2, 1024),
            List.of(
                map(MapType.HASH, 4, 8, 24, 0),
                map(MapType.HASH, 32, 24, 20, NO_PREALLOC),
                map(MapType.HASH, 44, 4, 16, 0),
                map(MapType.LRU_HASH, 64, 16, 10, 0)),
            10),
        new Setting(
            "four cores, two engines, evictions",
            machine(4, 2, 4, 1024),
            List.of(
                map(MapType.LRU_HASH, 16, 8, 40, 0),
                map(MapType.LRU_PERCPU_HASH, 8, 16, 12, 0),
                map(MapType.PERCPU_HASH, 20, 8, 12, 0)),
            16),
        new Setting(
            "one core, one trie",
            machine(1, 1, 1, 256),
            List.of(map(MapType.LPM_TRIE, 8, 8, 12, NO_PREALLOC)),
            12),
        new Setting(
            "two cores, one engine, tries of keys of one to three beats beside a hash map",
            machine(2, 1, 2, 1024),
            List.of(
                map(MapType.LPM_TRIE, 8, 8, 70, NO_PREALLOC),
                map(MapType.LPM_TRIE, 20, 24, 20, NO_PREALLOC),
                map(MapType.HASH, 44, 4, 16, 0),
                map(MapType.LPM_TRIE, 35, 8, 90, NO_PREALLOC)),
            10),
        new Setting(
            "four cores, two engines, one trie",
            machine(4, 2, 1, 1024),
            List.of(map(MapType.LPM_TRIE, 8, 8, 100, NO_PREALLOC)),
            4),
        new Setting(
            "two cores, two engines, tables that are full of slots",
            machine(2, 2, 1, 256),
            List.of(map(MapType.HASH, 16, 8, 96, NO_PREALLOC), map(MapType.LRU_HASH, 16, 8, 96, 0)),
            3));
  }

  /** A request as a core makes it, whose answer is written down. */
  private static final class TestRequest extends Request {
    private final int way;
    private final TestCall call;
    private final SoftMap map;
    private final byte[] key;
    private final byte[] value;
    private final List<TestAnswer> answers;
    private int used;
    private long result;

    TestRequest(
        int way, TestCall call, SoftMap map, byte[] key, byte[] value, List<TestAnswer> answers) {
      super(null, null);
      this.way = way;
      this.call = call;
      this.map = map;
      this.key = key;
      this.value = value;
      this.answers = answers;
      ready = call.clock();
      beats = call.key().length / 2;
    }

    @Override
    public HostCommand.Kind kind() {
      return call.operation() == DELETE ? HostCommand.Kind.DELETE : HostCommand.Kind.UPDATE;
    }

    @Override
    public SoftMap map() {
      return map;
    }

    @Override
    public int mapIndex() {
      return call.map();
    }

    @Override
    public byte[] key() {
      return key;
    }

    @Override
    public long flags() {
      return call.flags();
    }

    @Override
    public int cpu() {
      return call.cpu();
    }

    @Override
    int falseMatches() {
      return map.table().falseMatches();
    }

    @Override
    void takeUse() {
      used = map.table().takeUse();
    }

    @Override
    void use() {
      if (used >= 0) {
        map.table().use(used);
      }
    }

    @Override
    public void perform() {
      switch (call.operation()) {
        case LOOKUP -> {
          int offset = map.lookup(key, 0, call.cpu());
          result = offset < 0 ? 0 : call.map() + 1L << 32 | map.address(offset);
        }
        case UPDATE -> result = map.update(key, 0, value, 0, call.flags(), call.cpu());
        default -> result = map.delete(key, 0);
      }
    }

    @Override
    public long word(int number) {
      return call.value()[number];
    }

    @Override
    public void perform(boolean isMoved) {
      if (isMoved) {
        result = map.commit(key, 0, call.flags(), call.cpu());
      } else {
        perform();
      }
    }

    @Override
    public void answer(long now) {
      answers.add(new TestAnswer(now - 1, way, call.context(), result));
    }
  }

  /** The host, which asks for one thing after the other. */
  private static final class Host {
    private final MapTable maps;
    private final MapPlaces places;
    private final Mailbox mailbox;
    private final int way;
    private final List<Long> keys = new ArrayList<>();
    private HostCommand command;
    private TestCall call;
    private final MapMemory memory;
    private long begun;
    private int asked;

    Host(MapTable maps, MapPlaces places, MapMemory memory, Mailbox mailbox, int way) {
      this.memory = memory;
      this.maps = maps;
      this.places = places;
      this.mailbox = mailbox;
      this.way = way;
    }

    void step(
        long now, Random random, List<TestCall> calls, List<TestAnswer> answers, boolean goesOn) {
      if (command != null && mailbox.takeDone(now) == command) {
        answers.add(answer());
        command = null;
      }
      if (command == null && goesOn && random.nextInt(20) == 0) {
        ask(now, random);
        calls.add(call);
      }
    }

    private void ask(long now, Random random) {
      int index = random.nextInt(maps.size());
      SoftMap map = maps.map(index);
      int operation = random.nextInt(4);
      byte[] key = TableBlocksTest.key(map, index, random);
      byte[] value = new byte[map.valueBytes()];
      random.nextBytes(value);
      byte[] padded = java.util.Arrays.copyOf(value, map.stride());
      int entry = random.nextInt((int) map.room());
      long[] beats = words(key, 2);
      if (operation == NEXT) {
        beats = new long[2 * places.keyBeats(index)];
        beats[0] = entry;
      }
      int flags = operation == UPDATE ? random.nextInt(3) : 0;
      int cpu = random.nextInt(map.copies());
      long hash = KeyHash.of(key, 0, key.length, MapTable.seed(index));
      long[] words = operation == UPDATE ? words(value, 1) : new long[0];
      int context = asked++ % 64;
      // What comes before is the control plane's.
      long clock = now + 5 + (key.length + 7) / 8;
      call = new TestCall(clock, index, operation, context, cpu, flags, hash, beats, words);
      HostCommand.Kind kind = HostCommand.Kind.values()[operation];
      command = new HostCommand(kind, map, index, key, padded, flags, cpu, entry, now);
      mailbox.submit(command, memory, now);
      begun = now;
    }

    private TestAnswer answer() {
      long result = command.error();
      if (call.operation() == NEXT && command.error() == 0) {
        result = command.entry();
        for (long word : words(command.key(), 2)) {
          keys.add(word);
        }
      }
      long clock = begun + command.clocks() - 1;
      return new TestAnswer(clock, way, call.context(), result);
    }
  }

  /** Keys of 16 bytes whose words, with the seed added, have the same CRC. */
  private static byte[] colliding(int number, int bytes, long seed) {
    byte[] key = new byte[bytes];
    long first = 1 + number * 0x0101_0101L;
    long crc = first;
    for (int bit = 0; bit < 64; bit++) {
      crc = (crc >>> 1) ^ (0xC96C5795D7870F42L & -(crc & 1));
    }
    Little.LONG.set(key, bytes - 16, first - seed);
    Little.LONG.set(key, bytes - 8, crc - seed);
    return key;
  }

  private static long[] words(byte[] bytes, int multiple) {
    long[] words = new long[(bytes.length + 8 * multiple - 1) / (8 * multiple) * multiple];
    byte[] padded = java.util.Arrays.copyOf(bytes, 8 * words.length);
    for (int i = 0; i < words.length; i++) {
      words[i] = (long) Little.LONG.get(padded, 8 * i);
    }
    return words;
  }

  /** Prefixes of few addresses, of any length and one too long, some with bits behind them. */
  private static byte[] prefix(int bytes, Random random) {
    byte[] key = new byte[bytes];
    int longest = 8 * (bytes - 4);
    int length = random.nextInt(3) == 0 ? longest : random.nextInt(longest + 2);
    Little.INT.set(key, 0, random.nextInt(8) == 0 ? length : length & -8);
    for (int i = 4; i < bytes; i++) {
      key[i] = (byte) (random.nextInt(12) == 0 ? 0x80 : 0);
    }
    return key;
  }

  private static byte[] key(SoftMap map, int index, Random random) {
    int bytes = map.keyBytes();
    if (map.definition().type() == MapType.LPM_TRIE) {
      return prefix(bytes, random);
    }
    if (bytes == 16 && random.nextInt(3) == 0) {
      return colliding(random.nextInt(18), bytes, MapTable.seed(index));
    }
    byte[] key = new byte[bytes];
    int number = random.nextInt((int) map.definition().maxEntries() * 3 / 2);
    Little.INT.set(key, bytes - 4, number * 0x01010101);
    return key;
  }

  @ParameterizedTest
  @MethodSource("settings")
  void answersAreTheModelsInTheirClocks(Setting setting, @TempDir Path folder) {
    MachineSpec machine = Programs.machine("hxdp", setting.machine());
    int cores = machine.cores();
    MapTable maps =
        new MapTable(setting.maps(), List.of(), machine.cpus(), MapTable.Model.HARDWARE);
    MapPlaces places = new MapPlaces(maps, machine);
    MemoryPort port = new MemoryPort(100);
    MapMemory memory = new MapMemory(new Outbox(cores, 1), cores, machine.mapBanks(), 1, port);
    Mailbox mailbox = new Mailbox(machine, places);
    TableQueues queues = new TableQueues(cores, 2 * CALLS);
    Tables tables =
        new Tables(queues, Math.min(machine.tableEngines(), cores), memory, port, places, mailbox);

    Random random = new Random(SEED);
    List<TestAnswer> expected = new ArrayList<>();
    List<List<TestCall>> calls = new ArrayList<>();
    for (int way = 0; way <= 2 * cores; way++) {
      List<TestCall> own = new ArrayList<>();
      calls.add(own);
      boolean changes = way >= cores;
      long clock = 0;
      for (int i = 0; way < 2 * cores && i < (changes ? CALLS / 3 : CALLS); i++) {
        int index = random.nextInt(setting.maps().size());
        SoftMap map = maps.map(index);
        clock += random.nextInt(changes ? 4 * setting.gap() : setting.gap());
        int operation = !changes ? LOOKUP : random.nextInt(4) == 0 ? DELETE : UPDATE;
        byte[] key = key(map, index, random);
        byte[] value = new byte[map.valueBytes()];
        random.nextBytes(value);
        int flags = random.nextInt(4) == 0 ? random.nextInt(4) : 0;
        long hash = KeyHash.of(key, 0, key.length, MapTable.seed(index));
        int core = changes ? way - cores : way;
        int cpu = core % machine.cpus();
        TestCall call =
            new TestCall(
                clock, index, operation, i % 64, cpu, flags, hash, words(key, 2), words(value, 1));
        own.add(call);
        Request request = new TestRequest(way, call, map, key, value, expected);
        (changes ? queues.updates : queues.near).add(core, request);
      }
    }
    Host host = new Host(maps, places, memory, mailbox, 2 * cores);
    long clocks = 0;
    int all = calls.stream().mapToInt(List::size).sum();
    while (expected.size() < all + calls.get(2 * cores).size() || mailbox.isBusy()) {
      memory.step(clocks);
      tables.step(clocks);
      boolean goesOn = expected.size() < all;
      host.step(clocks, random, calls.get(2 * cores), expected, goesOn);
      clocks++;
      assertTrue(clocks < 1000L * all, "the model ends");
    }

    List<TestTable> described = new ArrayList<>();
    for (int i = 0; i < setting.maps().size(); i++) {
      described.add(describe(maps.map(i), i, places));
    }
    TableBench bench = new TableBench(machine, folder);
    bench.run(described, calls, clocks + 10);
    compare(expected, bench.answers());
    assertEquals(host.keys, bench.keys(), "keys that the host sees");
    for (int i = 0; i < setting.maps().size(); i++) {
      compare(maps.map(i), i, places, bench.memory());
    }
  }

  private static void compare(List<TestAnswer> expected, List<TestAnswer> met) {
    Comparator<TestAnswer> order =
        Comparator.comparingLong(TestAnswer::clock).thenComparingInt(TestAnswer::way);
    List<TestAnswer> want = expected.stream().sorted(order).toList();
    List<TestAnswer> have = met.stream().sorted(order).toList();
    for (int i = 0; i < Math.min(want.size(), have.size()); i++) {
      assertEquals(want.get(i), have.get(i), "answer " + i + ", -Dweft.random.seed=" + SEED);
    }
    assertEquals(want.size(), have.size(), "answers, -Dweft.random.seed=" + SEED);
  }

  private static void compare(SoftMap map, int index, MapPlaces places, long[] memory) {
    for (int entry = map.occupiedFrom(0); entry >= 0; entry = map.occupiedFrom(entry + 1)) {
      for (int cpu = 0; cpu < map.copies(); cpu++) {
        long[] want = words(map.value(entry, cpu), 1);
        int word = (int) places.word(index, entry, cpu);
        for (int i = 0; i < want.length; i++) {
          assertEquals(want[i], memory[word + i], "map " + index + " entry " + entry);
        }
      }
    }
  }

  private static TestTable describe(SoftMap map, int index, MapPlaces places) {
    MapType type = map.definition().type();
    boolean isLru = type == MapType.LRU_HASH || type == MapType.LRU_PERCPU_HASH;
    boolean isTrie = type == MapType.LPM_TRIE;
    return new TestTable(
        places.firstSlot(index) / 16,
        places.slots(index) / 8,
        places.firstBeat(index),
        places.keyBeats(index),
        map.room(),
        map.stride() / 8,
        isLru,
        places.word(index, 0, 0),
        map.copies(),
        places.distance(index),
        map.definition().maxEntries(),
        type.isPerCpu(),
        !isLru && !isTrie && (map.definition().flags() & MapDefinition.NO_PREALLOC) == 0,
        isTrie ? new TestTrie(map.keyBytes(), MapTable.seed(index)) : null);
  }

  @Test
  void hashIsTheModels(@TempDir Path folder) {
    Random random = new Random(SEED);
    List<long[]> keys = new ArrayList<>();
    List<Long> want = new ArrayList<>();
    long seed = MapTable.seed(3);
    for (int i = 0; i < 300; i++) {
      byte[] key = new byte[1 + random.nextInt(64)];
      random.nextBytes(key);
      keys.add(words(key, 1));
      want.add(KeyHash.of(key, 0, key.length, seed));
    }
    long[] have = KeyHashBench.run(keys, seed, folder);
    for (int i = 0; i < have.length; i++) {
      assertEquals(want.get(i), have[i], "key " + i + ", -Dweft.random.seed=" + SEED);
    }
  }
}
