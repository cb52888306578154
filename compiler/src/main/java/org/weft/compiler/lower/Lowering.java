package org.weft.compiler.lower;

import java.util.ArrayList;
import java.util.List;
import org.weft.compiler.cfg.ControlFlow;
import org.weft.compiler.cfg.Frame;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.JumpOp;
import org.weft.compiler.object.Program;
import org.weft.compiler.region.Regions;
import org.weft.isa.machine.MachineSpec;

/**
 * Lowers a program.
 *
 * <p>Requires: regions of all accesses. Ensures: the same effects, instruction by instruction, in
 * instructions that the machine has.
 */
public final class Lowering {
  private Lowering() {}

  /**
   * Runs the pass.
   *
   * @throws org.weft.isa.RefusedException naming the instruction that the machine has no unit for
   */
  public static Lowered run(ControlFlow flow, Regions regions, MachineSpec machine) {
    Program program = flow.program();
    Frame deepest = flow.frames().get(0);
    for (Frame frame : flow.frames()) {
      deepest = frame.depth() > deepest.depth() ? frame : deepest;
    }
    RegisterMap.check(deepest, machine, program.name());
    StackLayout stack =
        new StackLayout(flow.frames(), regions.frameBytes(), machine, program.name());
    List<Lowered.Block> blocks = new ArrayList<>();
    for (Regions.Copy copy : regions.copies()) {
      InstructionLowering lowering =
          new InstructionLowering(program, copy.block().frame(), stack, machine);
      List<Integer> instructions = copy.block().instructions();
      for (int i = 0; i < instructions.size(); i++) {
        int index = instructions.get(i);
        lowering.lower(index, copy.accesses().get(i));
        end(program.code().get(index), copy, lowering);
      }
      int next = copy.next() == null ? -1 : copy.next().id();
      blocks.add(new Lowered.Block(copy.id(), lowering.operations(), next));
    }
    return new Lowered(blocks);
  }

  private static void end(
      Instruction instruction, Regions.Copy copy, InstructionLowering lowering) {
    if (instruction instanceof Instruction.Jump jump && jump.op() != JumpOp.JA) {
      lowering.branch(jump, copy.taken().id());
    } else if (instruction instanceof Instruction.Exit && copy.next() == null) {
      lowering.exit();
    }
  }
}
