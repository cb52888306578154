package org.weft.compiler.check;

import java.util.List;
import org.weft.compiler.ir.Value;

/**
 * A store that was done before control came to its block.
 *
 * @param row where it was done
 * @param lane its slot there
 * @param candidates the stores of later blocks that it may be, one at most on each way
 */
record Early(int row, int lane, List<Value> candidates) {
  /** Whether both are the same slot. */
  boolean is(Early other) {
    return other != null && row == other.row && lane == other.lane;
  }

  Early with(List<Value> left) {
    return new Early(row, lane, left);
  }
}
