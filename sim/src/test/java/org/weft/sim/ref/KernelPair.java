package org.weft.sim.ref;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.xdp.MapDefinition;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.kernel.KernelEngine;
import org.weft.sim.kernel.KernelOptions;
import org.weft.sim.packet.PacketBuffer;

/** The same program in {@code ref} and in the running kernel. */
final class KernelPair implements AutoCloseable {
  private final String name;
  private final RefEngine ref;
  private final KernelEngine kernel;
  private final PacketBuffer refPacket = new PacketBuffer();
  private final PacketBuffer kernelPacket = new PacketBuffer();
  private int number;

  /** Both engines; the test is skipped where there is no kernel to ask. */
  KernelPair(String name, List<MapDefinition> maps, List<Instruction> code) {
    assumeTrue(
        KernelEngine.unavailable().isEmpty(), () -> KernelEngine.unavailable().orElseThrow());
    this.name = name;
    Program program =
        new Program("main", "xdp", code, List.of(new Program.Function(0, "main")), List.of());
    XdpObject object = new XdpObject("test.o", List.of(program), maps, "GPL", List.of());
    EngineOptions options = new EngineOptions(2, 7);
    ref = new RefEngine(object, program, options);
    kernel = KernelEngine.open(object, program, options, KernelOptions.DEFAULT);
  }

  /** Runs both on the same frame and compares verdict and packet. */
  void run(byte[] frame) {
    refPacket.number = number;
    kernelPacket.number = number;
    refPacket.receive(frame, 0, frame.length);
    kernelPacket.receive(frame, 0, frame.length);
    int expected = kernel.run(kernelPacket);
    String place = name + ", packet " + number + ": " + HexFormat.of().formatHex(frame);
    assertEquals(expected, ref.run(refPacket), place);
    assertEquals(text(kernelPacket), text(refPacket), place);
    number++;
  }

  private static String text(PacketBuffer packet) {
    byte[] meta = Arrays.copyOfRange(packet.bytes, packet.dataMeta, packet.data);
    byte[] data = Arrays.copyOfRange(packet.bytes, packet.data, packet.dataEnd);
    return HexFormat.of().formatHex(meta) + "|" + HexFormat.of().formatHex(data);
  }

  /** Compares what the first map holds. */
  void compareMap() {
    assertTrue(!ref.maps().contents(0).evicted(), name);
    assertEquals(kernel.maps().contents(0).entries(), ref.maps().contents(0).entries(), name);
  }

  @Override
  public void close() {
    kernel.close();
  }
}
