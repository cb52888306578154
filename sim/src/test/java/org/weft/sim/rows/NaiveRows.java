package org.weft.sim.rows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.row.Condition;
import org.weft.isa.row.Fact;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Operand;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.helper.HelperCalls;
import org.weft.sim.map.MapTable;
import org.weft.sim.packet.PacketBuffer;

/**
 * Executes rows as they are defined: first every slot reads registers, memory and facts as they are
 * before the row; then the slots in front of the first taken branch or exit have their effect:
 * calls, stores and atomic operations in order, registers.
 */
final class NaiveRows {
  private static final int MAX_TAIL_CALLS = 33;

  final MapTable maps;
  private final ProgramImage image;
  private final RowMemory memory;
  private final HelperCalls helpers;
  private final RowCalls calls;
  private long[] registers;
  long rows;

  /** Rows executed, each with its first slot that had no effect; a tail call is the row -1. */
  final List<int[]> path = new ArrayList<>();

  NaiveRows(ProgramImage image, EngineOptions options) {
    this.image = image;
    List<String> programs = image.entries().stream().map(ProgramImage.Entry::program).toList();
    maps = new MapTable(image.maps(), programs, options.cpus(), MapTable.Model.HARDWARE);
    memory = new RowMemory(maps, image.machine().stackBytes(), new byte[0]);
    helpers = new HelperCalls(maps, options.seed(), options.network());
    calls = new RowCalls(maps, helpers, image);
  }

  int run(PacketBuffer packet) {
    memory.packet = packet;
    helpers.begin();
    rows = 0;
    path.clear();
    int tailCalls = 0;
    int row = enter(0);
    while (true) {
      rows++;
      List<Slot> slots = image.rows().get(row).slots();
      long[] old = registers.clone();
      int effective = taken(slots, old);
      path.add(new int[] {row, effective});
      long[] results = results(slots, old);
      commit(slots.subList(0, effective), old, results);
      row++;
      if (effective < slots.size()) {
        Slot slot = slots.get(effective);
        if (slot instanceof Slot.Exit exit) {
          return (int) value(exit.verdict(), old);
        }
        row = ((Slot.Branch) slot).target();
        continue;
      }
      for (Slot slot : slots) {
        if (slot instanceof Slot.TailCall tail) {
          int target = calls.tailCall(tail, old);
          if (target >= 0 && tailCalls < MAX_TAIL_CALLS) {
            tailCalls++;
            row = enter(target);
            path.add(new int[] {-1, target});
          }
        }
      }
    }
  }

  private int enter(int row) {
    registers = new long[32];
    registers[1] = 1;
    Arrays.fill(memory.stack, (byte) 0);
    return row;
  }

  private static long value(Operand operand, long[] old) {
    return operand.isRegister() ? old[operand.value()] : operand.value();
  }

  /** The first slot that leaves the row, or their number. */
  private int taken(List<Slot> slots, long[] old) {
    for (int i = 0; i < slots.size(); i++) {
      Slot slot = slots.get(i);
      boolean leaves = false;
      if (slot instanceof Slot.Branch branch) {
        leaves =
            holds(branch.opcode(), branch.is32(), left(branch.a(), old), value(branch.b(), old));
      } else if (slot instanceof Slot.Exit exit) {
        leaves = holds(exit.opcode(), exit.is32(), left(exit.a(), old), value(exit.b(), old));
      }
      if (leaves) {
        return i;
      }
    }
    return slots.size();
  }

  private static boolean holds(Opcode opcode, boolean is32, long wideA, long wideB) {
    long a = is32 ? (int) wideA : wideA;
    long b = is32 ? (int) wideB : wideB;
    int unsigned = Long.compareUnsigned(a, b);
    Condition condition = opcode.condition();
    return switch (condition) {
      case ALWAYS -> true;
      case EQ -> a == b;
      case NE -> a != b;
      case GT -> unsigned > 0;
      case GE -> unsigned >= 0;
      case LT -> unsigned < 0;
      case LE -> unsigned <= 0;
      case SGT -> a > b;
      case SGE -> a >= b;
      case SLT -> a < b;
      case SLE -> a <= b;
      case SET -> (a & b) != 0;
      case CLEAR -> (a & b) == 0;
    };
  }

  private long left(int a, long[] old) {
    return Slot.factOf(a) == null ? old[a] : fact(Slot.factOf(a));
  }

  /** What slots that only read give. */
  private long[] results(List<Slot> slots, long[] old) {
    long[] results = new long[slots.size()];
    for (int i = 0; i < results.length; i++) {
      Slot slot = slots.get(i);
      if (slot instanceof Slot.Alu alu) {
        results[i] = arithmetic(alu, left(alu.a(), old), value(alu.b(), old));
      } else if (slot instanceof Slot.Load load) {
        long base = load.base() == Slot.NO_BASE ? 0 : old[load.base()];
        results[i] =
            loaded(
                memory.load(load.region(), inMap(load.map(), base + load.offset()), load.bytes()),
                load);
      } else if (slot instanceof Slot.ReadFact fact) {
        results[i] = fact(fact.fact());
      }
    }
    return results;
  }

  /** The lowest bytes in reverse. */
  private static long swapped(long value, int bytes) {
    long result = 0;
    for (int i = 0; i < bytes; i++) {
      result = result << 8 | value >>> 8 * i & 0xff;
    }
    return result;
  }

  private static long loaded(long little, Slot.Load load) {
    long value = load.swapped() ? swapped(little, load.bytes()) : little;
    long sign = 1L << 8 * load.bytes() - 1;
    return load.signed() ? (value ^ sign) - sign : value;
  }

  private long fact(Fact fact) {
    PacketBuffer packet = memory.packet;
    return switch (fact) {
      case LENGTH -> packet.length();
      case METADATA -> packet.data - packet.dataMeta;
      case INGRESS_IFINDEX -> packet.ingressIfindex;
      case RX_QUEUE_INDEX -> packet.rxQueueIndex;
      case EGRESS_IFINDEX -> packet.egressIfindex;
      case CPU -> packet.cpu;
      case TIME -> packet.timestampNs;
    };
  }

  private void commit(List<Slot> slots, long[] old, long[] results) {
    for (Slot slot : slots) {
      if (slot instanceof Slot.Call call) {
        registers[call.dst()] = calls.call(new CallForm(call), old, memory);
      }
    }
    for (Slot slot : slots) {
      if (slot instanceof Slot.Store store) {
        long base = store.base() == Slot.NO_BASE ? 0 : old[store.base()];
        memory.store(
            store.region(),
            inMap(store.map(), base + store.offset()),
            store.bytes(),
            store.swapped()
                ? swapped(value(store.value(), old), store.bytes())
                : value(store.value(), old));
      } else if (slot instanceof Slot.Atomic atomic) {
        atomic(atomic, old);
      }
    }
    for (int i = 0; i < slots.size(); i++) {
      Slot slot = slots.get(i);
      boolean reads =
          slot instanceof Slot.Alu || slot instanceof Slot.Load || slot instanceof Slot.ReadFact;
      if (reads) {
        registers[Integer.numberOfTrailingZeros(slot.writes())] = results[i];
      }
    }
  }

  private static long inMap(int map, long address) {
    return map == 0 ? address : ((long) map << 32) + (address & 0xffffffffL);
  }

  private void atomic(Slot.Atomic atomic, long[] old) {
    int bytes = atomic.is32() ? 4 : 8;
    long mask = atomic.is32() ? 0xffffffffL : -1;
    long base = atomic.base() == Slot.NO_BASE ? 0 : old[atomic.base()];
    long address = inMap(atomic.map(), base + atomic.offset());
    if (atomic.region() == Region.MAP) {
      address &= atomic.is32() ? -4 : -8;
    }
    long before = memory.load(atomic.region(), address, bytes);
    int value = atomic.value();
    long operand = value < Slot.FIRST_CONSTANT ? old[value] : value - Slot.FIRST_CONSTANT;
    long after =
        switch (atomic.opcode()) {
          case ATOMIC_ADD -> before + operand;
          case ATOMIC_OR -> before | operand;
          case ATOMIC_AND -> before & operand;
          case ATOMIC_XOR -> before ^ operand;
          case ATOMIC_CMPXCHG -> before == (old[atomic.compare()] & mask) ? operand : before;
          default -> operand;
        };
    memory.store(atomic.region(), address, bytes, after);
    if (atomic.fetch()) {
      registers[atomic.dst()] = before;
    }
  }

  /** Adds halves until there is no upper one. */
  private static long folded(long number) {
    long sum = number;
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return sum;
  }

  private static long arithmetic(Slot.Alu alu, long wideA, long wideB) {
    long mask = alu.is32() ? 0xffffffffL : -1;
    int width = alu.is32() ? 32 : 64;
    long a = wideA & mask;
    long b = wideB & mask;
    long signedA = alu.is32() ? (int) a : a;
    long signedB = alu.is32() ? (int) b : b;
    long shift = b & width - 1;
    long result =
        switch (alu.opcode()) {
          case MOV -> b;
          case NEG -> -b;
          case SEXT8 -> (byte) b;
          case SEXT16 -> (short) b;
          case SEXT32 -> (int) b;
          case SWAP16 -> Long.reverseBytes(b) >>> 48;
          case SWAP32 -> Long.reverseBytes(b) >>> 32;
          case SWAP64 -> Long.reverseBytes(wideB);
          case FOLD -> folded(b);
          case ADD -> a + b;
          case SUB -> a - b;
          case AND -> a & b;
          case OR -> a | b;
          case XOR -> a ^ b;
          case HIGH -> wideA & 0xffffffffL | wideB << 32;
          case LSH -> a << shift;
          case RSH -> a >>> shift;
          case ARSH -> signedA >> shift;
          case ROL -> shift == 0 ? a : a << shift | a >>> width - shift;
          case MUL -> a * b;
          case DIV -> b == 0 ? 0 : Long.divideUnsigned(a, b);
          case MOD -> b == 0 ? a : Long.remainderUnsigned(a, b);
          case SDIV -> b == 0 ? 0 : signedA / signedB;
          case SMOD -> b == 0 ? a : signedA % signedB;
          case MIN -> Long.compareUnsigned(a, b) < 0 ? a : b;
          case MAX -> Long.compareUnsigned(a, b) > 0 ? a : b;
          default -> throw new IllegalStateException("no arithmetic: " + alu);
        };
    return result & mask;
  }
}
