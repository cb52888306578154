package org.weft.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.bitstream.serial.Loader;
import org.weft.bitstream.serial.SerialLine;
import org.weft.compiler.Compiler;
import org.weft.compiler.CompilerOptions;
import org.weft.isa.RefusedException;
import org.weft.isa.control.Register;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.nic.NicEngine;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.trace.TraceReader;
import org.weft.sim.trace.Traces;

class BitstreamCommandTest {
  private static final int PACKETS = 12;
  private static final int LATENCY = 100;
  private static final int OVERSIZE = 8;
  private static final int UNDERSIZE = 9;

  @TempDir private Path folder;

  private static ProgramImage image(String example, String machine) {
    Input input = Input.read(Path.of(Weft.object(example)));
    return Compiler.compile(
            input.object(),
            input.object().program(null),
            MachineSpec.preset(machine),
            CompilerOptions.DEFAULT)
        .image();
  }

  @Test
  void theDecodedBitstreamDoesWhatSimDoes() throws Exception {
    Weft made = bitstream(Weft.object("tx"));
    assertEquals(0, made.status(), made.err());
    byte[] manifest = Files.readAllBytes(folder.resolve("out/manifest.json"));
    Weft again = bitstream(Weft.object("tx"), "--json");
    assertEquals(new String(manifest, java.nio.charset.StandardCharsets.UTF_8), again.out());

    try (DecodedBoard board = new DecodedBoard(folder.resolve("out"), folder.resolve("work"))) {
      SerialLine line = board.line();
      assertEquals(Register.WEFT, line.read(Register.ID.offset()));
      assertEquals(OVERSIZE, line.run(1, 0, new byte[257]).fate());
      assertEquals(UNDERSIZE, line.run(1, 0, new byte[13]).fate());
      int sent = compare(line, image("tx", "tiny"), Weft.trace("tx"));
      assertEquals(sent, line.read(Register.COUNTER.offset() + 8 * 3));
      Loader.load(line, image("drop", "tiny"));
      compare(line, image("drop", "tiny"), Weft.trace("drop"));
      assertThrows(RefusedException.class, () -> Loader.load(line, image("drop", "hxdp")));
    }
  }

  /** Runs packets on the board and in the simulator; how many. */
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
        SerialLine.Answer answer = line.run(packet.ingressIfindex, packet.rxQueueIndex, frame);
        int verdict = sim.run(packet);
        assertEquals(verdict, answer.fate());
        byte[] left =
            verdict < 2
                ? new byte[0]
                : Arrays.copyOfRange(packet.bytes, packet.data, packet.dataEnd);
        assertArrayEquals(left, answer.bytes());
        count++;
      }
    }
    assertTrue(count > 0);
    return count;
  }

  @Test
  void whatTheBoardHasNoUnitForIsRefusedWithItsSourceLine() {
    Weft weft = bitstream(Weft.object("rxq"));
    assertEquals(1, weft.status());
    assertTrue(weft.err().contains("rxq.c:") && weft.err().contains("has no unit"), weft.err());
    assertFalse(Files.exists(folder.resolve("out/manifest.json")));
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

  private Weft bitstream(String object, String... more) {
    String[] first = {
      "bitstream", "--board", "ice40-hx8k", object, "-o", folder.resolve("out").toString()
    };
    String[] all = Arrays.copyOf(first, first.length + more.length);
    System.arraycopy(more, 0, all, first.length, more.length);
    return Weft.run(all);
  }
}
