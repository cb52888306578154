package org.weft.sim.ref;

import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.HelperFunction;
import org.weft.sim.engine.ProgramFault;
import org.weft.sim.map.Little;
import org.weft.sim.map.MapTable;
import org.weft.sim.packet.PacketBuffer;

/**
 * Tells an observer what the interpreter does, from the marks of an observed {@link FlatProgram}. A
 * mark stands before what goes two ways and where it goes to: the second one says which way it was,
 * so that nothing here knows what an instruction means.
 */
final class Watch {
  /** The instruction is a conditional jump. */
  static final int JUMP = 1;

  /** The instruction is a call of a helper. */
  static final int CALL = 2;

  /** A jump, call or tail call may have come here. */
  static final int TARGET = 4;

  private final Memory memory;
  private final MapTable maps;
  private final Observer observer;

  // The jump or call whose outcome the next mark tells.
  private int pending;
  private int program;
  private int instruction;
  private long left;
  private long right;
  private boolean inPacket;
  private HelperFunction helper;
  private int map;
  private Bytes key = Bytes.EMPTY;

  Watch(Memory memory, MapTable maps, Observer observer) {
    this.memory = memory;
    this.maps = maps;
    this.observer = observer;
  }

  /** To be called before each run. */
  void begin() {
    pending = 0;
  }

  /** The program has come to a mark. */
  void mark(FlatProgram current, int at, int marks, long[] r) {
    settle(current.number, at, r[0]);
    if ((marks & JUMP) != 0) {
      remember(JUMP, current.number, at);
      compare(r[current.left(at)], r[current.right(at)]);
    } else if ((marks & CALL) != 0) {
      remember(CALL, current.number, at);
      helper = HelperFunction.of(current.helper(at));
      arguments(r);
    }
  }

  private void remember(int what, int number, int at) {
    pending = what;
    program = number;
    instruction = at;
  }

  private void settle(int number, int at, long result) {
    boolean next = number == program && at == instruction + 1;
    if (pending == JUMP) {
      observer.jump(program, instruction, !next, left, right, inPacket);
    } else if (pending == CALL && helper != null) {
      boolean isTail = helper == HelperFunction.TAIL_CALL;
      observer.call(program, instruction, helper, map, key, isTail ? next ? -1 : 0 : result);
    }
    pending = 0;
  }

  private void compare(long a, long b) {
    inPacket = Address.memory(a) == Address.PACKET && Address.memory(b) == Address.PACKET;
    PacketBuffer packet = memory.packet;
    left = inPacket ? (int) a - packet.data : a;
    right = inPacket ? (int) b - packet.data : b;
  }

  private void arguments(long[] r) {
    map = -1;
    key = Bytes.EMPTY;
    if (helper == null) {
      return;
    }
    switch (helper) {
      case MAP_LOOKUP_ELEM, MAP_UPDATE_ELEM, MAP_DELETE_ELEM -> {
        map = mapIndex(r[1]);
        key = map < 0 ? Bytes.EMPTY : keyAt(r[2], maps.map(map).keyBytes());
      }
      case REDIRECT_MAP -> {
        map = mapIndex(r[1]);
        key = index(r[2]);
      }
      case TAIL_CALL -> {
        map = mapIndex(r[2]);
        key = index(r[3]);
      }
      case PERF_EVENT_OUTPUT -> {
        map = mapIndex(r[2]);
        key = index((int) r[3] == -1 ? memory.packet.cpu : r[3]);
      }
      default -> {
        // No map and no key.
      }
    }
  }

  private int mapIndex(long address) {
    int number = Address.memory(address);
    int index = number & ~Address.MAP_BIT;
    return (number & Address.MAP_BIT) != 0 && index < maps.size() ? index : -1;
  }

  private static Bytes index(long value) {
    byte[] bytes = new byte[4];
    Little.INT.set(bytes, 0, (int) value);
    return Bytes.of(bytes);
  }

  private Bytes keyAt(long address, int bytes) {
    try {
      memory.resolve(address, bytes, false);
    } catch (ProgramFault e) {
      // The call itself will say so.
      return Bytes.EMPTY;
    }
    return Bytes.of(memory.array, memory.offset, bytes);
  }
}
