package org.weft.compiler.verifier;

import java.util.EnumSet;
import java.util.Set;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.HelperFunction.Arg;
import org.weft.isa.xdp.HelperNames;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/** Arguments and results of helper calls ({@code check_helper_call} in Linux). */
final class HelperCalls {
  private static final long MAX_BYTES = 1L << 29;

  /** CPUs that a machine may have. */
  private static final int MAX_CPUS = 256;

  /** Those whose memory may be of no bytes. */
  private static final Set<HelperFunction> MAY_BE_EMPTY =
      EnumSet.of(
          HelperFunction.PERF_EVENT_OUTPUT,
          HelperFunction.RINGBUF_OUTPUT,
          HelperFunction.PROBE_READ_KERNEL);

  /** Those whose memory may be in the packet. */
  private static final Set<HelperFunction> TAKES_PACKET =
      EnumSet.of(
          HelperFunction.MAP_LOOKUP_ELEM,
          HelperFunction.MAP_UPDATE_ELEM,
          HelperFunction.MAP_DELETE_ELEM,
          HelperFunction.CSUM_DIFF);

  private final Environment environment;
  private final Memory memory;

  HelperCalls(Environment environment, Memory memory) {
    this.environment = environment;
    this.memory = memory;
  }

  void apply(PathState state, int number) {
    HelperFunction helper = HelperFunction.of(number);
    if (helper == null) {
      throw new RefusalException(
          "calls " + HelperNames.describe(number) + ", which weft does not have",
          "use another helper");
    }
    if (helper.isGplOnly() && !environment.isGpl()) {
      throw new RefusalException(
          "calls " + helper.functionName() + ", which is for programs under the GPL only",
          "say in section license that the program is under a licence as GPL");
    }
    if (state.lock() != null && helper != HelperFunction.SPIN_UNLOCK) {
      throw new RefusalException(
          "calls " + helper.functionName() + " while a spin lock is held",
          "call bpf_spin_unlock first, or do it before bpf_spin_lock");
    }
    MapDefinition map = null;
    for (int i = 0; i < helper.args().size(); i++) {
      int register = i + 1;
      Arg arg = helper.args().get(i);
      if (helper == HelperFunction.TRACE_PRINTK && arg == Arg.SCALAR) {
        break; // as many as the format wants
      }
      Cell cell = state.read(register);
      switch (arg) {
        case CONTEXT -> context(helper, register, cell.value());
        case MAP -> {
          map = map(helper, register, cell.value());
          environment.calls(map);
        }
        case KEY, VALUE -> {
          checkPacket(helper, register, cell.value());
          memory.checkArgument(
              state, register, arg == Arg.KEY ? map.keySize() : map.valueSize(), false);
        }
        case CONSTANT -> constant(helper, register, cell);
        case RECORD -> record(state, helper, register, cell.value());
        case UPDATED_WORD -> {
          checkPacket(helper, register, cell.value());
          memory.checkArgument(state, register, Arg.WORD_BYTES, false);
          memory.checkArgument(state, register, Arg.WORD_BYTES, true);
          Memory.checkAligned(cell.value(), 0, Arg.WORD_BYTES);
        }
        case MEMORY, MEMORY_OR_NULL, WRITABLE_MEMORY, UPDATED_MEMORY -> {
          if (cell.value().is(Kind.MAP_VALUE) || cell.value().is(Kind.RECORD)) {
            environment.copiesValue(helper);
          }
          if (arg != Arg.MEMORY_OR_NULL || !cell.value().isNull()) {
            checkPacket(helper, register, cell.value());
          }
        }
        case SIZE -> sized(state, helper, register, helper.args().get(i - 1));
        case SCALAR -> environment.asNumber(cell.value());
        case FUNCTION -> {
          if (!cell.value().is(Kind.FUNCTION)) {
            throw argument(helper, register, cell.value(), "a static function");
          }
        }
        case STACK_OR_NULL -> {
          if (!cell.value().is(Kind.STACK)) {
            cell.demand(Cell.RANGE);
            if (!cell.value().isNull()) {
              throw argument(helper, register, cell.value(), "a pointer to the stack, or NULL");
            }
          }
        }
        case LOCK -> lock(state, helper, register, cell.value());
        case UNCHECKED_MEMORY -> unchecked(state, register);
        case STRING -> string(helper, register, cell);
      }
    }
    if (helper == HelperFunction.TAIL_CALL) {
      checkNoRecords(state, "makes a tail call");
    }
    Cell result = result(state, helper, map);
    if (helper.args().contains(Arg.RECORD)) {
      state.release(state.top().register(1).value().id());
    }
    for (int register = 1; register <= 5; register++) {
      state.top().set(register, Cell.UNINITIALISED);
    }
    state.top().set(0, result);
    if (helper == HelperFunction.XDP_ADJUST_META) {
      state.addMetadata();
    } else if (helper == HelperFunction.XDP_ADJUST_HEAD && state.hasMetadata()) {
      environment.movesMetadata();
    }
    if (helper.movesPacketBounds()) {
      state.replaceAll(cell -> cell.value().kind().isPacket() ? Cell.UNKNOWN : cell);
    }
  }

  /** Every record must be submitted or discarded before the program is left. */
  static void checkNoRecords(PathState state, String how) {
    if (!state.records().isEmpty()) {
      throw new RefusalException(
          how + " while a record is reserved",
          "give it to bpf_ringbuf_submit or bpf_ringbuf_discard on every path");
    }
  }

  private static void constant(HelperFunction helper, int register, Cell cell) {
    Value value = cell.value();
    cell.demand(Cell.RANGE);
    if (!value.isNumber()
        || !value.number().isConstant()
        || Long.compareUnsigned(value.number().value(), MAX_BYTES) >= 0) {
      throw argument(helper, register, value, "a constant");
    }
  }

  private static void record(PathState state, HelperFunction helper, int register, Value value) {
    boolean whole = value.offset() == 0 && value.number().isZero() && !value.maybeNull();
    if (!value.is(Kind.RECORD) || !whole || !state.records().contains(value.id())) {
      throw argument(
          helper,
          register,
          value,
          value.is(Kind.RECORD) && value.maybeNull()
              ? "the record after a NULL check"
              : "the record as bpf_ringbuf_reserve gave it, once");
    }
  }

  /** As {@code check_reg_const_str} in Linux. */
  private static void string(HelperFunction helper, int register, Cell cell) {
    Value value = cell.value();
    cell.demand(Cell.RANGE);
    boolean constant =
        value.is(Kind.MAP_VALUE)
            && !value.maybeNull()
            && value.map().isReadOnlyData()
            && value.number().isConstant();
    if (!constant) {
      throw argument(helper, register, value, "a text in read-only data");
    }
    MapDefinition map = value.map();
    long at = value.offset() + value.number().value();
    while (at >= 0 && at < map.data().length() && map.data().at((int) at) != 0) {
      at++;
    }
    if (at < 0 || at >= map.valueSize()) {
      throw new RefusalException(
          "r" + register + " of " + helper.functionName() + " has no zero at its end",
          "let the text end with one");
    }
  }

  private static void context(HelperFunction helper, int register, Value value) {
    if (!value.is(Kind.CONTEXT) || value.offset() != 0 || !value.number().isZero()) {
      throw argument(helper, register, value, "the context as it was passed");
    }
  }

  /** As {@code process_spin_lock} in Linux. */
  private static void lock(PathState state, HelperFunction helper, int register, Value value) {
    if (!value.is(Kind.MAP_VALUE) || value.maybeNull()) {
      throw argument(helper, register, value, "the lock in a map's value");
    }
    MapDefinition map = value.map();
    if (!map.hasLock()) {
      throw new RefusalException(
          "map " + map.name() + " has no spin lock in its values",
          "put a struct bpf_spin_lock into the value of a hash map or array in section .maps");
    }
    boolean constant = value.number().isConstant();
    if (!constant || value.offset() + value.number().value() != map.lock()) {
      throw argument(helper, register, value, "the address of the lock, at offset " + map.lock());
    }
    PathState.Lock lock = new PathState.Lock(value.id(), map);
    if (helper == HelperFunction.SPIN_LOCK) {
      state.setLock(lock);
      return;
    }
    if (!lock.equals(state.lock())) {
      throw new RefusalException(
          state.lock() == null
              ? "gives back a spin lock that is not held"
              : "gives back another spin lock than the one that is held",
          "unlock what was locked, through the same pointer");
    }
    state.setLock(null);
  }

  private static RefusalException argument(
      HelperFunction helper, int register, Value value, String wanted) {
    return new RefusalException(
        "r" + register + " of " + helper.functionName() + " is " + value, "pass " + wanted);
  }

  private static void checkPacket(HelperFunction helper, int register, Value value) {
    if (value.kind().isPacket() && !TAKES_PACKET.contains(helper)) {
      throw new RefusalException(
          helper.functionName() + " takes no memory of the packet (r" + register + ")",
          "copy it to the stack first");
    }
  }

  private void sized(PathState state, HelperFunction helper, int register, Arg of) {
    Cell cell = state.read(register);
    Value size = cell.value();
    if (!size.isNumber()) {
      throw argument(helper, register, size, "a size");
    }
    Bounds bounds = size.number().wide();
    cell.demand(Cell.RANGE);
    if (bounds.smin() < 0) {
      throw new RefusalException(
          "the size of r" + (register - 1) + " may be negative",
          "use an unsigned size, or mask it");
    }
    if (bounds.umin() == 0 && of != Arg.MEMORY_OR_NULL && !MAY_BE_EMPTY.contains(helper)) {
      throw new RefusalException(
          "the size of r" + (register - 1) + " may be 0", "test that it is not");
    }
    if (bounds.umax() >= MAX_BYTES) {
      throw new RefusalException(
          "the size of r" + (register - 1) + " has no upper bound",
          "test it against the size of the memory, or mask it");
    }
    Cell pointer = state.read(register - 1);
    if (of == Arg.MEMORY_OR_NULL && pointer.value().isNull()) {
      pointer.demand(Cell.RANGE);
      if (bounds.umax() != 0) {
        throw new RefusalException(
            "r" + (register - 1) + " is NULL, but its size may be " + bounds.umax(),
            "pass size 0 with NULL");
      }
      return;
    }
    if (of == Arg.UPDATED_MEMORY) {
      memory.checkArgument(state, register - 1, bounds.umax(), false);
    }
    memory.checkArgument(state, register - 1, bounds.umax(), of.isWritten());
  }

  /**
   * Linux reads at any address, or gives an error; here it is memory of the program. Bytes behind
   * the packet are not the program's to know, so they need no check.
   */
  private void unchecked(PathState state, int register) {
    if (!state.read(register).value().kind().isPacket()) {
      long bytes = state.read(register - 1).value().number().wide().umax();
      memory.checkArgument(state, register, bytes, false);
    }
  }

  private static MapDefinition map(HelperFunction helper, int register, Value value) {
    if (!value.is(Kind.MAP) || value.maybeNull()) {
      throw argument(
          helper, register, value, value.maybeNull() ? "it after a NULL check" : "a map");
    }
    MapDefinition map = value.map();
    if (!isPossible(helper, map.type())) {
      throw new RefusalException(
          helper.functionName()
              + " does not work on map "
              + map.name()
              + " of type "
              + map.type().label(),
          "use another map type");
    }
    boolean writes =
        helper == HelperFunction.MAP_UPDATE_ELEM || helper == HelperFunction.MAP_DELETE_ELEM;
    if (writes && (map.flags() & MapDefinition.RDONLY_PROG) != 0) {
      throw new RefusalException(
          helper.functionName() + " on map " + map.name() + ", which programs may only read",
          "keep what changes in another map");
    }
    return map;
  }

  /** The check of {@code check_map_func_compatibility} in Linux. */
  private static boolean isPossible(HelperFunction helper, MapType type) {
    return switch (helper) {
      case TAIL_CALL -> type == MapType.PROG_ARRAY;
      case PERF_EVENT_OUTPUT -> type == MapType.PERF_EVENT_ARRAY;
      case REDIRECT_MAP -> type.isRedirectTarget();
      case RINGBUF_OUTPUT, RINGBUF_RESERVE, RINGBUF_QUERY -> type == MapType.RINGBUF;
      case MAP_LOOKUP_ELEM -> isTable(type) || hasLookup(type);
      default -> isTable(type);
    };
  }

  private static boolean isTable(MapType type) {
    return switch (type) {
      case HASH, ARRAY, PERCPU_HASH, PERCPU_ARRAY, LRU_HASH, LRU_PERCPU_HASH, LPM_TRIE -> true;
      default -> false;
    };
  }

  private static boolean hasLookup(MapType type) {
    return switch (type) {
      case ARRAY_OF_MAPS, HASH_OF_MAPS, DEVMAP, DEVMAP_HASH, XSKMAP -> true;
      default -> false;
    };
  }

  private Cell result(PathState state, HelperFunction helper, MapDefinition map) {
    return switch (helper) {
      case MAP_LOOKUP_ELEM -> lookup(state, map);
      case TAIL_CALL, SPIN_LOCK, SPIN_UNLOCK, RINGBUF_SUBMIT, RINGBUF_DISCARD -> Cell.UNINITIALISED;
      case RINGBUF_RESERVE -> {
        int record = environment.nextId();
        state.reserve(record);
        int bytes = (int) state.top().register(2).value().number().value();
        yield new Cell(Value.record(map, bytes, record));
      }
      case GET_SMP_PROCESSOR_ID -> Cell.computed(Scalar.range(0, MAX_CPUS - 1));
      default -> Cell.UNKNOWN;
    };
  }

  private Cell lookup(PathState state, MapDefinition map) {
    if (map.type().isMapOfMaps()) {
      if (map.inner() == null) {
        throw new RefusalException(
            "map " + map.name() + " does not say which maps are in it",
            "declare an inner map in its definition");
      }
      return new Cell(Value.map(map.inner()).nullable(environment.nextId()));
    }
    if (map.type() == MapType.XSKMAP) {
      return new Cell(Value.pointer(Kind.SOCKET).nullable(environment.nextId()));
    }
    Value value = Value.mapValue(map, 0);
    if (hasEntry(state, map)) {
      return new Cell(map.hasLock() ? value.withId(environment.nextId()) : value);
    }
    return new Cell(value.nullable(environment.nextId()));
  }

  /** Whether the key is a constant index in an array. */
  private static boolean hasEntry(PathState state, MapDefinition map) {
    Value key = state.top().register(2).value();
    boolean isArray = map.type() == MapType.ARRAY || map.type() == MapType.PERCPU_ARRAY;
    if (!isArray || map.keySize() != 4 || !key.is(Kind.STACK) || !key.number().isConstant()) {
      return false;
    }
    long offset = key.offset() + key.number().value();
    if (offset % 4 != 0) {
      return false;
    }
    Cell index = Stack.read(state.frame(key.frame()), (int) offset, 4);
    boolean known = index.value().isNumber() && index.value().number().isConstant();
    if (!known || Long.compareUnsigned(index.value().number().value(), map.maxEntries()) >= 0) {
      return false;
    }
    index.demand(Cell.RANGE);
    return true;
  }
}
