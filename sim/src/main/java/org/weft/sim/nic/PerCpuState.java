package org.weft.sim.nic;

import org.weft.isa.image.ProgramImage;
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
  private PerCpuState() {}

  static boolean isKept(ProgramImage image) {
    boolean hasSome = image.maps().stream().anyMatch(map -> map.type().isPerCpu());
    return hasSome
        && image.rows().stream()
            .map(Row::slots)
            .anyMatch(slots -> slots.stream().anyMatch(slot -> writes(slot, image)));
  }

  private static boolean writes(Slot slot, ProgramImage image) {
    if (slot instanceof Slot.Store store && store.region() == Region.MAP) {
      return mayBePerCpu(store.map(), image);
    }
    // A call may write through an address, or update a value in place.
    return slot instanceof Slot.Call call
        && (call.helper() == HelperFunction.MAP_UPDATE_ELEM && hasTable(image)
            || call.helper().args().contains(HelperFunction.Arg.WRITABLE_MEMORY)
                && call.regions().contains(Region.MAP));
  }

  /** A map that a register names may be any. */
  private static boolean mayBePerCpu(int handle, ProgramImage image) {
    return handle < 1
        || handle > image.maps().size()
        || image.maps().get(handle - 1).type().isPerCpu();
  }

  private static boolean hasTable(ProgramImage image) {
    return image.maps().stream()
        .anyMatch(
            map -> map.type() == MapType.PERCPU_HASH || map.type() == MapType.LRU_PERCPU_HASH);
  }
}
