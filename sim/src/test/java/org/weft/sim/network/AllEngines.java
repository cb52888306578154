package org.weft.sim.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.compiler.Compiler;
import org.weft.compiler.ebpf.ImmediateKind;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.Parser;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.sim.engine.Engine;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.kernel.KernelEngine;
import org.weft.sim.kernel.KernelOptions;
import org.weft.sim.nic.NicEngine;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.ref.RefEngine;
import org.weft.sim.rows.RowsEngine;

/**
 * One program in {@code ref}, {@code rows}, {@code sim}, and in the kernel where there is one. In
 * its text {@code map 1 0} loads map 0 into r1; instructions are separated by semicolons.
 */
public final class AllEngines implements AutoCloseable {
  private final Map<String, Engine> engines = new LinkedHashMap<>();
  private int number;

  /** Opens them; those that judge come first. */
  public AllEngines(String text, List<MapDefinition> maps, Network network) {
    XdpObject object = object(text, maps);
    Program program = object.programs().get(0);
    EngineOptions options = new EngineOptions(4, 7, network);
    ProgramImage image = Compiler.compile(object, program, MachineSpec.preset("hxdp"));
    if (hasKernel()) {
      engines.put("kernel", KernelEngine.open(object, program, options, KernelOptions.DEFAULT));
    }
    engines.put("ref", new RefEngine(object, program, options));
    engines.put("rows", new RowsEngine(image, options));
    engines.put("sim", new NicEngine(image, options, 100));
  }

  static boolean hasKernel() {
    return KernelEngine.unavailable().isEmpty();
  }

  /** An object with one program. */
  public static XdpObject object(String text, List<MapDefinition> maps) {
    List<Instruction> code = new ArrayList<>();
    for (String line : text.split(";")) {
      String[] words = line.strip().split(" +");
      if (words[0].equals("map")) {
        int register = Integer.parseInt(words[1]);
        long map = Long.parseLong(words[2]);
        code.add(new Instruction.LoadImmediate(register, ImmediateKind.MAP_INDEX, map));
        code.add(Instruction.WideTail.WIDE_TAIL);
      } else if (!line.isBlank()) {
        code.addAll(Parser.parse(line.strip()));
      }
    }
    Program program =
        new Program("main", "xdp", code, List.of(new Program.Function(0, "main")), List.of());
    return new XdpObject("test.o", List.of(program), maps, "GPL", List.of());
  }

  /** Runs a frame in all, which must agree; the packet with its verdict. */
  public PacketBuffer run(byte[] frame, int ifindex) {
    PacketBuffer first = null;
    int verdict = 0;
    for (Map.Entry<String, Engine> engine : engines.entrySet()) {
      PacketBuffer packet = new PacketBuffer();
      packet.number = number;
      packet.ingressIfindex = ifindex;
      packet.receive(frame, 0, frame.length);
      int result = engine.getValue().run(packet);
      if (first == null) {
        first = packet;
        verdict = result;
      }
      String place =
          engine.getKey() + ", packet " + number + ": " + HexFormat.of().formatHex(frame);
      assertEquals(verdict, result, place);
      assertEquals(hex(first), hex(packet), place);
    }
    first.redirectKey = verdict;
    number++;
    return first;
  }

  private static String hex(PacketBuffer packet) {
    return HexFormat.of().formatHex(Arrays.copyOfRange(packet.bytes, packet.data, packet.dataEnd));
  }

  /** What a map holds, in all engines alike: values in hex, in the order of keys. */
  public List<String> values(int map) {
    List<String> first = null;
    for (Map.Entry<String, Engine> engine : engines.entrySet()) {
      List<String> values = new ArrayList<>();
      engine
          .getValue()
          .maps()
          .contents(map)
          .entries()
          .values()
          .forEach(value -> values.add(value.bytes().get(0).toString()));
      first = first == null ? values : first;
      assertEquals(first, values, engine.getKey());
    }
    return first;
  }

  @Override
  public void close() {
    engines.values().forEach(Engine::close);
  }
}
