package org.weft.sim.kernel;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.weft.compiler.ebpf.Parser;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.xdp.MapDefinition;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.packet.PacketBuffer;

/** Objects from assembly text, and what the tests of this package share. */
final class Objects {
  static final long SEED = 77;

  private final List<Program> programs = new ArrayList<>();
  private final List<MapDefinition> maps = new ArrayList<>();
  private String license = "";

  static Objects of(String... code) {
    return new Objects().program("main", code);
  }

  Objects program(String name, String... code) {
    return sectioned("xdp", name, code);
  }

  Objects sectioned(String section, String name, String... code) {
    programs.add(
        new Program(
            name,
            section,
            Parser.parse(String.join("\n", code)),
            List.of(new Program.Function(0, name)),
            List.of(new Program.SourceLine(0, name + ".c", 10, "int " + name + "()"))));
    return this;
  }

  Objects map(MapDefinition definition) {
    maps.add(definition);
    return this;
  }

  Objects license(String text) {
    license = text;
    return this;
  }

  /** The engine for the first program; the test is skipped where there is none. */
  KernelEngine open(KernelOptions options) {
    assumeAvailable();
    return KernelEngine.open(object(), programs.get(0), new EngineOptions(4, SEED), options);
  }

  XdpObject object() {
    return new XdpObject("test.o", programs, maps, license, List.of());
  }

  KernelEngine open() {
    return open(KernelOptions.DEFAULT);
  }

  static void assumeAvailable() {
    String reason = KernelEngine.unavailable().orElse("");
    assumeTrue(reason.isEmpty(), reason);
  }

  /** A packet whose bytes count up from 0. */
  static PacketBuffer packet(int length) {
    byte[] frame = new byte[length];
    for (int i = 0; i < length; i++) {
      frame[i] = (byte) i;
    }
    PacketBuffer packet = new PacketBuffer();
    packet.receive(frame, 0, length);
    return packet;
  }

  static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  static String content(PacketBuffer packet) {
    return HexFormat.of().formatHex(packet.bytes, packet.data, packet.dataEnd);
  }

  static String metadata(PacketBuffer packet) {
    return HexFormat.of().formatHex(packet.bytes, packet.dataMeta, packet.data);
  }

  static byte[] word(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }
}
