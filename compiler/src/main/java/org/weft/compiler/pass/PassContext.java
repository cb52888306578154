package org.weft.compiler.pass;

import java.util.List;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;

/**
 * What passes know beside the graph.
 *
 * @param machine the machine that is compiled for
 * @param maps the object's maps; a handle is the index plus 1
 */
public record PassContext(MachineSpec machine, List<MapDefinition> maps) {
  public PassContext {
    maps = List.copyOf(maps);
  }

  /** The map of a handle, or null when the number is none. */
  public MapDefinition map(long handle) {
    return handle >= 1 && handle <= maps.size() ? maps.get((int) handle - 1) : null;
  }

  /** What is known of the map of a handle: it is that map, or any inside a known map of maps. */
  MapDefinition mapOf(Value handle) {
    if (handle.isConstant()) {
      return map(handle.constant());
    }
    boolean inner =
        handle.operation() instanceof Operation.Call call
            && call.helper() == HelperFunction.MAP_LOOKUP_ELEM
            && handle.operand(0).isConstant();
    MapDefinition outer = inner ? map(handle.operand(0).constant()) : null;
    return outer == null ? null : outer.inner();
  }
}
