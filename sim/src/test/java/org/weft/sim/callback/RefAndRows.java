package org.weft.sim.callback;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.weft.compiler.Compiler;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.machine.MachineSpec;
import org.weft.sim.engine.Engine;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.ref.RefEngine;
import org.weft.sim.rows.RowsEngine;

/** The engines that need no clocks. */
final class RefAndRows {
  private RefAndRows() {}

  static int run(XdpObject object, byte... frame) {
    Program main = object.programs().get(0);
    MachineSpec machine = MachineSpec.preset("nic100");
    int result = run(new RefEngine(object, main, EngineOptions.DEFAULT), frame);
    int rows =
        run(new RowsEngine(Compiler.compile(object, main, machine), EngineOptions.DEFAULT), frame);
    assertEquals(result, rows);
    return result;
  }

  private static int run(Engine engine, byte... frame) {
    PacketBuffer packet = new PacketBuffer();
    packet.receive(frame, 0, frame.length);
    return engine.run(packet);
  }
}
