package org.weft.sim.nic;

import org.weft.isa.image.ProgramImage;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Operand;
import org.weft.isa.row.Region;
import org.weft.isa.row.Row;
import org.weft.isa.row.Slot;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapType;

/**
 * Whether a program relies on being alone on its CPU: it writes per-CPU values otherwise than by
 * atomics. In Linux nobody else runs there; here packets of a CPU then wait for each other.
 */
final class PerCpuState {
  private final ProgramImage image;

  private PerCpuState(ProgramImage image) {
    this.image = image;
  }

  static boolean isKept(ProgramImage image) {
    return new PerCpuState(image).isKept();
  }

  private boolean isKept() {
    boolean inRegisters = any(this::givesAddress);
    return any(slot -> writes(slot, inRegisters));
  }

  private boolean any(java.util.function.Predicate<Slot> what) {
    return image.rows().stream().map(Row::slots).anyMatch(s -> s.stream().anyMatch(what));
  }

  private boolean writes(Slot slot, boolean inRegisters) {
    if (slot instanceof Slot.Store store && store.region() == Region.MAP) {
      return store.map() == 0 ? inRegisters : isPerCpu(store.map());
    }
    if (!(slot instanceof Slot.Call call)) {
      return false;
    }
    if (call.helper() == HelperFunction.MAP_UPDATE_ELEM) {
      return isPerCpuMap(call);
    }
    return inRegisters
        && call.helper().args().contains(HelperFunction.Arg.WRITABLE_MEMORY)
        && call.regions().contains(Region.MAP);
  }

  /** Whether a register gets an address in a per-CPU map that says which map it is in. */
  private boolean givesAddress(Slot slot) {
    if (slot instanceof Slot.Call call) {
      return call.helper() == HelperFunction.MAP_LOOKUP_ELEM && isPerCpuMap(call);
    }
    if (slot instanceof Slot.Alu alu && alu.opcode() == Opcode.HIGH) {
      Operand map = alu.b();
      return map.isRegister() ? hasPerCpuInner() : isPerCpu(map.value());
    }
    return false;
  }

  /** The map that a call is given; one in a register is in another map. */
  private boolean isPerCpuMap(Slot.Call call) {
    int map = call.arguments().get(0);
    return map < Slot.FIRST_CONSTANT ? hasPerCpuInner() : isPerCpu(map - Slot.FIRST_CONSTANT);
  }

  private boolean isPerCpu(long handle) {
    int map = (int) handle - 1;
    return map >= 0 && map < image.maps().size() && image.maps().get(map).type().isPerCpu();
  }

  /** Whether maps in maps are per CPU; all of a map of maps are like its inner definition. */
  private boolean hasPerCpuInner() {
    return image.maps().stream()
        .anyMatch(
            map ->
                map.inner() != null
                    ? map.inner().type().isPerCpu()
                    : map.type() == MapType.ARRAY_OF_MAPS || map.type() == MapType.HASH_OF_MAPS);
  }
}
