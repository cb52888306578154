package org.weft.sim.ref;

import java.util.ArrayList;
import java.util.List;
import org.weft.compiler.ebpf.ImmediateKind;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.Parser;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.xdp.MapDefinition;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.packet.PacketBuffer;

/**
 * Objects from assembly text. In it {@code map 12} loads map 2 into r1, and {@code value 12 8} the
 * address of byte 8 of its first value.
 */
final class Objects {
  private final List<Program> programs = new ArrayList<>();
  private final List<MapDefinition> maps = new ArrayList<>();

  static Objects of(String code) {
    return new Objects().program("main", code);
  }

  static List<Instruction> code(String text) {
    List<Instruction> code = new ArrayList<>();
    for (String line : text.split("\n")) {
      String[] words = line.strip().split(" +");
      boolean map = words[0].equals("map");
      if (map || words[0].equals("value")) {
        int numbers = Integer.parseInt(words[1]);
        long offset = map ? 0 : Long.parseLong(words[2]) << 32;
        code.add(
            new Instruction.LoadImmediate(
                numbers / 10,
                map ? ImmediateKind.MAP_INDEX : ImmediateKind.MAP_INDEX_VALUE,
                offset | numbers % 10));
        code.add(Instruction.WideTail.WIDE_TAIL);
      } else {
        code.addAll(Parser.parse(line));
      }
    }
    return code;
  }

  Objects program(String name, String text) {
    programs.add(
        new Program(
            name,
            "xdp",
            code(text),
            List.of(new Program.Function(0, name)),
            List.of(new Program.SourceLine(0, name + ".c", 10, ""))));
    return this;
  }

  Objects map(MapDefinition definition) {
    maps.add(definition);
    return this;
  }

  RefEngine engine() {
    return engine(null);
  }

  RefEngine engine(Observer observer) {
    return new RefEngine(object(), programs.get(0), new EngineOptions(2, 7), observer);
  }

  XdpObject object() {
    return new XdpObject("test.o", programs, maps, "", List.of());
  }

  /** A packet of bytes 1, 2, 3 and so on. */
  static PacketBuffer packet(int length) {
    byte[] frame = new byte[length];
    for (int i = 0; i < length; i++) {
      frame[i] = (byte) (i + 1);
    }
    PacketBuffer packet = new PacketBuffer();
    packet.receive(frame, 0, length);
    return packet;
  }
}
