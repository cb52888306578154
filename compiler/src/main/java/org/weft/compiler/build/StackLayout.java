package org.weft.compiler.build;

import java.util.List;
import org.weft.compiler.cfg.Frame;
import org.weft.isa.RefusedException;
import org.weft.isa.machine.MachineSpec;

/** Where each frame's stack begins: the callee's below what its caller uses. */
final class StackLayout {
  /** Set in every stack pointer, so that none is null; the machine ignores it. */
  static final int POINTER_BIT = 1 << 16;

  private final int[] tops;
  private int floor;
  private int pointedFloor;

  StackLayout(List<Frame> frames, int[] frameBytes, MachineSpec machine, String program) {
    tops = new int[frames.size()];
    floor = machine.stackBytes();
    pointedFloor = floor;
    for (Frame frame : frames) {
      Frame parent = frame.parent();
      int top = parent == null ? machine.stackBytes() : tops[parent.id()] - frameBytes[parent.id()];
      tops[frame.id()] = top;
      floor = Math.min(floor, top - frameBytes[frame.id()]);
      int pointed = Math.min(frame.pointedBytes(), frameBytes[frame.id()]);
      if (pointed > 0) {
        pointedFloor = Math.min(pointedFloor, top - pointed);
      }
      if (top - frameBytes[frame.id()] < 0) {
        throw new RefusedException(
            "program "
                + program
                + ": its calls take "
                + (machine.stackBytes() - top + frameBytes[frame.id()])
                + " bytes of stack; machine "
                + machine.name()
                + " has "
                + machine.stackBytes());
      }
    }
  }

  /** The lowest address that any frame uses. */
  int floor() {
    return floor;
  }

  /** The lowest address that any frame uses through another register than r10. */
  int pointedFloor() {
    return pointedFloor;
  }

  /** Address that a frame's r10 stands for, without the pointer bit. */
  int top(Frame frame) {
    return tops[frame.id()];
  }
}
