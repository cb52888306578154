package org.weft.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.bitstream.device.PacketPort;
import org.weft.bitstream.serial.SerialLine;
import org.weft.compiler.Compiler;
import org.weft.compiler.CompilerOptions;
import org.weft.isa.control.Register;
import org.weft.isa.image.ArrayLayout;
import org.weft.isa.image.ImageFile;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.nic.NicEngine;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.trace.TraceReader;
import org.weft.sim.trace.Traces;

class BitstreamCommandTest {
  private static final int PACKETS = 40;
  private static final int LATENCY = 100;
  private static final int OVERSIZE = 8;
  private static final int UNDERSIZE = 9;
  private static final byte[] DATA = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

  @TempDir private Path folder;

  private static ProgramImage image(String example) {
    Input input = Input.read(Path.of(Weft.object(example)));
    return Compiler.compile(
            input.object(),
            input.object().program(null),
            MachineSpec.preset("tiny"),
            CompilerOptions.DEFAULT)
        .image();
  }

  /** A program with global data behind its maps, as memory that is not zero at first. */
  private Path withData(ProgramImage image) throws Exception {
    List<MapDefinition> maps = new ArrayList<>(image.maps());
    maps.add(
        new MapDefinition(
            ".data",
            MapType.ARRAY,
            4,
            DATA.length,
            1,
            0,
            null,
            Bytes.of(DATA),
            List.of(),
            MapDefinition.NO_LOCK));
    ProgramImage more =
        new ProgramImage(image.machine(), image.rows(), maps, image.entries(), image.debug());
    return Files.write(folder.resolve("data.image"), ImageFile.bytes(more));
  }

  @Test
  void theDecodedBitstreamDoesWhatSimDoes() throws Exception {
    ProgramImage first = image("count-protocol-tx");
    String file = withData(first).toString();
    Weft made = bitstream(file);
    assertEquals(0, made.status(), made.err());
    String manifest = Files.readString(folder.resolve("out/manifest.json"));
    Weft again = bitstream(file, "--json");
    assertEquals(manifest, again.out());

    try (DecodedBoard board = new DecodedBoard(folder.resolve("out"), folder.resolve("work"))) {
      String line = board.line().toString();
      try (SerialLine serial = SerialLine.open(board.line())) {
        assertEquals(Register.WEFT, serial.read(Register.ID.offset()));
        assertEquals(OVERSIZE, serial.run(1, 0, new byte[257]).fate());
        assertEquals(UNDERSIZE, serial.run(1, 0, new byte[13]).fate());
        int place = 8 * ArrayLayout.of(first).places().get(0).words();
        assertArrayEquals(DATA, serial.readValues(place, DATA.length));
        int sent = compare(serial, first, Weft.trace("count-protocol-tx"));
        assertEquals(sent, serial.read(Register.COUNTER.offset() + 8 * 3));
      }
      Weft other = Weft.run("device", "load", Weft.object("drop"), "--line", line, "-m", "hxdp");
      assertEquals(1, other.status());
      assertTrue(other.err().contains("is for machine hxdp"), other.err());
      Weft calls = Weft.run("device", "load", Weft.object("metadata"), "--line", line);
      assertEquals(1, calls.status());
      assertTrue(calls.err().contains("the board has no unit for it"), calls.err());
      // What was refused changed nothing: the first would have dropped these.
      Path out = folder.resolve("out.pcap");
      Weft run =
          Weft.run(
              "device",
              "run",
              "--line",
              line,
              "--pcap",
              Weft.trace("tx"),
              "--limit",
              "3",
              "--out",
              out.toString());
      assertEquals("TX               3\n", run.out(), run.err());
      try (TraceReader left = Traces.open(out)) {
        int packets = 0;
        while (left.next()) {
          packets++;
        }
        assertEquals(3, packets);
      }
      load(line, "rxq");
      load(line, "drop");
    }
  }

  /** Loads a program over the line, and compares it with the simulator. */
  private static void load(String line, String example) throws Exception {
    Weft loaded = Weft.run("device", "load", Weft.object(example), "--line", line);
    assertEquals(0, loaded.status(), loaded.err());
    try (SerialLine serial = SerialLine.open(Path.of(line))) {
      compare(serial, image(example), Weft.trace(example));
    }
  }

  /** Runs packets on the board and in the simulator; how many. Then compares values of maps. */
  private static int compare(SerialLine line, ProgramImage image, String trace) throws Exception {
    PacketBuffer packet = new PacketBuffer();
    int count = 0;
    try (NicEngine sim = new NicEngine(image, EngineOptions.DEFAULT, LATENCY);
        TraceReader reader = Traces.open(Path.of(trace))) {
      while (count < PACKETS && reader.next()) {
        packet.receive(reader.frame(), 0, reader.length());
        if (sim.refuses(packet).isPresent()) {
          continue;
        }
        byte[] frame = Arrays.copyOfRange(packet.bytes, packet.data, packet.dataEnd);
        PacketPort.Answer answer = line.run(packet.ingressIfindex, packet.rxQueueIndex, frame);
        int verdict = sim.run(packet);
        assertEquals(verdict, answer.fate());
        byte[] left =
            verdict < 2
                ? new byte[0]
                : Arrays.copyOfRange(packet.bytes, packet.data, packet.dataEnd);
        assertArrayEquals(left, answer.bytes());
        count++;
      }
      for (int map = 0; map < image.maps().size(); map++) {
        compareValues(line, image, sim, map);
      }
    }
    assertTrue(count > 0);
    return count;
  }

  private static void compareValues(SerialLine line, ProgramImage image, NicEngine sim, int map) {
    ArrayLayout layout = ArrayLayout.of(image);
    int bytes = 8 * layout.places().get(map).words();
    byte[] expected = new byte[bytes];
    int stride = bytes / (int) image.maps().get(map).maxEntries();
    sim.maps()
        .contents(map)
        .entries()
        .forEach(
            (key, value) -> {
              byte[] one = value.bytes().get(0).toArray();
              int index = Byte.toUnsignedInt(key.at(0));
              System.arraycopy(one, 0, expected, index * stride, one.length);
            });
    byte[] found = line.readValues(8 * layout.places().get(map).first(), bytes);
    assertArrayEquals(expected, found, image.maps().get(map).name());
  }

  @Test
  @Tag("campaign")
  void theSameInputsGiveTheSameBytesInAnotherFolder() throws Exception {
    List<byte[]> manifests = new ArrayList<>();
    List<byte[]> bitstreams = new ArrayList<>();
    for (String name : List.of("here", "far/away")) {
      Path out = folder.resolve(name);
      Weft made =
          Weft.run("bitstream", "--board", "ice40-hx8k", Weft.object("tx"), "-o", out.toString());
      assertEquals(0, made.status(), made.err());
      manifests.add(Files.readAllBytes(out.resolve("manifest.json")));
      bitstreams.add(Files.readAllBytes(out.resolve("board.bin")));
    }
    assertArrayEquals(manifests.get(0), manifests.get(1));
    assertArrayEquals(bitstreams.get(0), bitstreams.get(1));
  }

  @Test
  void whatTheBoardHasNoUnitForIsRefusedWithItsSourceLine() {
    Weft weft = bitstream(Weft.object("vlan"));
    assertEquals(1, weft.status());
    assertTrue(weft.err().contains("vlan.c:") && weft.err().contains("has no unit"), weft.err());
    assertFalse(Files.exists(folder.resolve("out/manifest.json")));
  }

  @Test
  void valuesThatTakeMoreThanMapMemoryAreRefusedWithTheNumbers() {
    Weft weft = bitstream(Weft.object("count-protocol-tx"), "--map-entries", "protocols:513");
    assertEquals(1, weft.status());
    assertTrue(weft.err().contains("take 4104 bytes, machine tiny has 4096"), weft.err());
    assertEquals(1, weft.err().lines().count());
  }

  @Test
  void aProgramOfTooManyRowsIsRefusedWithTheNumbers() throws Exception {
    Path machine = folder.resolve("short.machine");
    Files.writeString(machine, "preset = tiny\nname = short\nrows = 32\n");
    Weft weft = bitstream(Weft.object("count-protocol-tx"), "-m", machine.toString());
    assertEquals(1, weft.status());
    assertTrue(weft.err().contains("37 rows in all; machine short holds 32"), weft.err());
    assertEquals(1, weft.err().lines().count());
  }

  @Test
  void aMachineOfMoreCoresIsRefused() {
    Weft weft = bitstream(Weft.object("drop"), "-m", "nic100");
    assertEquals(1, weft.status());
    assertTrue(weft.err().contains("8 cores"), weft.err());
  }

  @Test
  void anUnknownBoardIsNamed() {
    Weft weft = Weft.run("bitstream", "--board", "x", "-o", "y", Weft.object("drop"));
    assertEquals(2, weft.status());
    assertTrue(weft.err().contains("no board x; there are ice40-hx8k"), weft.err());
  }

  @Test
  void aFolderThatIsAFileIsNamed() throws Exception {
    Files.writeString(folder.resolve("out"), "");
    Weft weft = bitstream(Weft.object("drop"));
    assertEquals(2, weft.status());
    assertTrue(weft.err().contains("cannot be made"), weft.err());
  }

  @Test
  void whatIsNoSerialLineIsNamed() throws Exception {
    Path file = Files.writeString(folder.resolve("line"), "");
    Weft weft = Weft.run("device", "load", Weft.object("drop"), "--line", file.toString());
    assertEquals(2, weft.status());
    assertTrue(weft.err().contains("no serial line"), weft.err());
    assertEquals(1, weft.err().lines().count());
  }

  private Weft bitstream(String object, String... more) {
    String[] first = {
      "bitstream", "--board", "ice40-hx8k", object, "-o", folder.resolve("out").toString()
    };
    String[] all = Arrays.copyOf(first, first.length + more.length);
    System.arraycopy(more, 0, all, first.length, more.length);
    return Weft.run(all);
  }
}
