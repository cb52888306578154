package org.weft.sim.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.isa.image.ImageCheck;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Fact;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Operand;
import org.weft.isa.row.Row;
import org.weft.isa.row.Slot;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.packet.PacketBuffer;

/** What slots of one row see of each other. */
final class RowWriterTest {
  private static final List<MapDefinition> MAPS =
      List.of(
          new MapDefinition(
              "programs",
              MapType.PROG_ARRAY,
              4,
              4,
              2,
              0,
              null,
              Bytes.EMPTY,
              List.of(new MapDefinition.Reference(1, "other"))));

  private static Slot set(int register, int value) {
    return new Slot.Alu(Opcode.MOV, false, register, 0, Operand.constant(value));
  }

  private static Slot exit(Operand verdict) {
    return new Slot.Exit(Opcode.EXIT, false, 0, Operand.constant(0), verdict);
  }

  private static RowsEngine engine(int otherRow, Row... rows) {
    ProgramImage image =
        new ProgramImage(
            MachineSpec.preset("hxdp"),
            List.of(rows),
            MAPS,
            List.of(new ProgramImage.Entry("main", 0), new ProgramImage.Entry("other", otherRow)),
            List.of());
    ImageCheck.check(image);
    return new RowsEngine(image, EngineOptions.DEFAULT);
  }

  private static Row row(Slot... slots) {
    return new Row(List.of(slots));
  }

  private static PacketBuffer packet() {
    PacketBuffer packet = new PacketBuffer();
    packet.receive(new byte[60], 0, 60);
    return packet;
  }

  @Test
  void factIsReadAsBeforeTheCallThatChangesIt() {
    Slot shrink = new Slot.Call(0, HelperFunction.XDP_ADJUST_TAIL, List.of(0, 4), List.of());
    RowsEngine engine =
        engine(
            0,
            row(set(4, -10)),
            row(shrink, new Slot.ReadFact(1, Fact.LENGTH)),
            row(exit(Operand.register(1))));
    PacketBuffer packet = packet();
    assertEquals(60, engine.run(packet));
    assertEquals(50, packet.length());
  }

  @Test
  void tailCallReadsItsIndexAsBeforeTheRow() {
    RowsEngine engine =
        engine(
            3,
            row(set(4, 1), set(5, 1)),
            row(set(4, 0), new Slot.TailCall(5, 4)),
            row(exit(Operand.constant(7))),
            row(exit(Operand.constant(8))));
    assertEquals(8, engine.run(packet()));
  }

  @Test
  void tailCallThatFindsNothingLeavesTheRowsOtherEffects() {
    RowsEngine engine =
        engine(
            3,
            row(set(4, 0), set(5, 1)),
            row(set(4, 6), new Slot.TailCall(5, 4)),
            row(exit(Operand.register(4))),
            row(exit(Operand.constant(8))));
    assertEquals(6, engine.run(packet()));
  }

  @Test
  void emptyRowCountsAsExecutedWhereABranchGoesToIt() {
    Slot go = new Slot.Branch(Opcode.BRANCH, false, 0, Operand.constant(0), 2);
    RowsEngine engine = engine(0, row(go), row(set(0, 1)), row(), row(exit(Operand.constant(2))));
    engine.run(packet());
    assertEquals(3, engine.rowsExecuted());
  }
}
