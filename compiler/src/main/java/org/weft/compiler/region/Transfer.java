package org.weft.compiler.region;

import java.util.List;
import org.weft.compiler.cfg.Frame;
import org.weft.compiler.ebpf.AtomicOp;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.object.Program;
import org.weft.isa.xdp.ContextField;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;

/** What one instruction does to the state. */
final class Transfer {
  private static final int STACK_BYTES = 512;

  private final Program program;
  private final List<MapDefinition> maps;
  private final int[] frameBytes;
  private final boolean bare;

  /**
   * A transfer function.
   *
   * @param frameBytes by frame: raised to the bytes of stack that are seen to be used
   */
  Transfer(Program program, List<MapDefinition> maps, int[] frameBytes, boolean bare) {
    this.program = program;
    this.maps = maps;
    this.frameBytes = frameBytes;
    this.bare = bare;
  }

  /**
   * Applies an instruction.
   *
   * @return whether the state still names all pointers on the stack
   */
  boolean apply(int index, Frame frame, State state) {
    Instruction instruction = program.code().get(index);
    if (instruction instanceof Instruction.Alu alu) {
      alu(alu, frame, state);
    } else if (instruction instanceof Instruction.Swap swap) {
      state.set(swap.dst(), frame, Value.NUMBER);
    } else if (instruction instanceof Instruction.LoadImmediate load) {
      state.set(load.dst(), frame, immediate(load));
    } else if (instruction instanceof Instruction.Load load) {
      Value address = used(state.get(load.base(), frame).plus(load.offset()));
      state.set(load.dst(), frame, load(address, load, state));
    } else if (instruction instanceof Instruction.Store store) {
      Value address = used(state.get(store.base(), frame).plus(store.offset()));
      Value value =
          store.value().isRegister() ? state.get(store.value().value(), frame) : Value.NUMBER;
      return state.store(address, store.bytes(), value);
    } else if (instruction instanceof Instruction.Atomic atomic) {
      Value address = used(state.get(atomic.base(), frame).plus(atomic.offset()));
      state.store(address, atomic.is64() ? 8 : 4, Value.NUMBER);
      if (atomic.fetch()) {
        boolean compare = atomic.op() == AtomicOp.CMPXCHG;
        state.set(compare ? 0 : atomic.src(), frame, Value.NUMBER);
      }
    } else if (instruction instanceof Instruction.CallHelper call) {
      call(HelperFunction.of(call.number()), frame, state);
    }
    return true;
  }

  private void alu(Instruction.Alu alu, Frame frame, State state) {
    Value dst = state.get(alu.dst(), frame);
    boolean register = alu.src().isRegister();
    Value src = register ? state.get(alu.src().value(), frame) : Value.NUMBER;
    Value result = Value.NUMBER;
    if (alu.is64()) {
      result =
          switch (alu.op()) {
            case MOV -> src;
            case ADD ->
                register ? dst.anywhere().join(src.anywhere()) : dst.plus(alu.src().value());
            case SUB ->
                !register
                    ? dst.plus(-alu.src().value())
                    : src.kinds() != 0 ? Value.NUMBER : dst.anywhere();
            // Only what no verifier has seen aligns pointers.
            case AND, OR -> bare ? dst.anywhere() : Value.NUMBER;
            default -> Value.NUMBER;
          };
    }
    state.set(alu.dst(), frame, used(result));
  }

  /** Notes how deep into its frame a stack pointer reaches. */
  private Value used(Value value) {
    if (value.is(Value.STACK)) {
      int depth = value.offset() == Value.UNKNOWN ? STACK_BYTES : -value.offset();
      if (value.frame() == Value.UNKNOWN) {
        for (int i = 0; i < frameBytes.length; i++) {
          frameBytes[i] = STACK_BYTES;
        }
      } else {
        frameBytes[value.frame()] = Math.max(frameBytes[value.frame()], depth);
      }
    }
    return value;
  }

  private Value immediate(Instruction.LoadImmediate load) {
    return switch (load.kind()) {
      case MAP_INDEX ->
          Value.of(maps.get(load.low()).type().isMapOfMaps() ? Value.MAP_OF_MAPS : Value.MAP);
      case MAP_INDEX_VALUE -> Value.of(Value.MAP_VALUE);
      default -> Value.NUMBER;
    };
  }

  private static Value load(Value address, Instruction.Load load, State state) {
    if (address.is(Value.CONTEXT)) {
      ContextField field = ContextField.at(load.offset());
      return field != null && field.isPointer() ? Value.of(Value.PACKET) : Value.NUMBER;
    }
    return address.is(Value.STACK) ? state.load(address, load.bytes()) : Value.NUMBER;
  }

  private static void call(HelperFunction helper, Frame frame, State state) {
    Value result = Value.NUMBER;
    if (helper == HelperFunction.MAP_LOOKUP_ELEM) {
      Value map = state.get(1, frame);
      result = Value.of(map.is(Value.MAP_OF_MAPS) ? Value.MAP : Value.MAP_VALUE);
    }
    if (helper == HelperFunction.RINGBUF_RESERVE) {
      result = Value.of(Value.MAP_VALUE);
    }
    if (helper == HelperFunction.TAIL_CALL) {
      result = state.get(0, frame);
    }
    for (int register = 1; register <= 5; register++) {
      state.set(register, frame, Value.NUMBER);
    }
    state.set(0, frame, result);
  }
}
