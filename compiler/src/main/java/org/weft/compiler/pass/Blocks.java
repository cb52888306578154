package org.weft.compiler.pass;

import java.util.ArrayList;
import java.util.List;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Value;

/** Small changes of blocks. */
final class Blocks {
  private Blocks() {}

  /** Puts a new instruction before another one. */
  static void insertBefore(Value place, Value inserted) {
    Block block = place.block();
    List<Value> values = new ArrayList<>(block.values());
    values.add(values.indexOf(place), inserted);
    block.setValues(values);
  }
}
