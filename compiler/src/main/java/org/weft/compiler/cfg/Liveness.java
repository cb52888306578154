package org.weft.compiler.cfg;

import java.util.List;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.Operand;

/** Which variables (see {@link Frame#variable}) are read later; sets of bits. */
public final class Liveness {
  private Liveness() {}

  /** The variables live at the start of each block, by its number. */
  public static long[] atStart(ControlFlow flow) {
    List<Block> blocks = flow.blocks();
    long[] live = new long[blocks.size()];
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int i = blocks.size() - 1; i >= 0; i--) {
        Block block = blocks.get(i);
        long now = block.next() == null ? 0 : live[block.next().id()];
        now |= block.taken() == null ? 0 : live[block.taken().id()];
        for (int j = block.instructions().size() - 1; j >= 0; j--) {
          now = before(flow.program().code().get(block.instructions().get(j)), block, now);
        }
        if (now != live[i]) {
          live[i] = now;
          changed = true;
        }
      }
    }
    return live;
  }

  private static long bit(int register, Block block) {
    return register == 10 ? 0 : 1L << block.frame().variable(register);
  }

  private static long bit(Operand operand, Block block) {
    return operand.isRegister() ? bit(operand.value(), block) : 0;
  }

  private static long before(Instruction instruction, Block block, long after) {
    if (instruction instanceof Instruction.Alu alu) {
      boolean reads = alu.op().code() != 0xb0;
      long kept = reads ? after : after & ~bit(alu.dst(), block);
      return kept | (reads ? bit(alu.dst(), block) : 0) | bit(alu.src(), block);
    } else if (instruction instanceof Instruction.LoadImmediate load) {
      return after & ~bit(load.dst(), block);
    } else if (instruction instanceof Instruction.Load load) {
      return after & ~bit(load.dst(), block) | bit(load.base(), block);
    } else if (instruction instanceof Instruction.Store store) {
      return after | bit(store.base(), block) | bit(store.value(), block);
    } else if (instruction instanceof Instruction.Atomic atomic) {
      return after | bit(atomic.base(), block) | bit(atomic.src(), block) | 1;
    } else if (instruction instanceof Instruction.Jump jump) {
      return after | bit(jump.dst(), block) | bit(jump.src(), block);
    } else if (instruction instanceof Instruction.CallHelper) {
      return after & ~0x3f | 0x3e;
    } else if (instruction instanceof Instruction.Exit) {
      return after | 1;
    }
    return after;
  }
}
