package org.weft.sim.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.weft.compiler.ebpf.ImmediateKind;
import org.weft.compiler.ebpf.Instruction;
import org.weft.isa.xdp.MapDefinition;

/**
 * Types in BTF (Linux, Documentation/bpf/btf.rst) that the kernel must be told: where the spin lock
 * stands in a map's value, and that the functions that helpers call are static ones. They are
 * written anew from what weft knows, so that the kernel is asked about what weft runs.
 */
final class KernelTypes {
  /** Numbers of types in what {@link #ofMap} writes. */
  static final int VALUE = 3;

  static final int KEY = 4;

  /** Number of the first function's type in what {@link #ofFunctions} writes. */
  static final int FIRST_FUNCTION = 3;

  private static final int INT = 1;
  private static final int ARRAY = 3;
  private static final int STRUCT = 4;
  private static final int FUNC = 12;
  private static final int FUNC_PROTO = 13;
  private static final int STATIC = 0;
  private static final int GLOBAL = 1;
  private static final int WORD = 1;
  private static final int LOCK = 2;
  private static final int HEADER_BYTES = 24;

  private final ByteBuffer types = ByteBuffer.allocate(1 << 20).order(ByteOrder.nativeOrder());
  private final StringBuilder strings = new StringBuilder("\0");

  private KernelTypes() {}

  /** The types of a map with a spin lock. */
  static byte[] ofMap(MapDefinition map) {
    KernelTypes btf = new KernelTypes();
    btf.integer("word", 4);
    btf.type("bpf_spin_lock", STRUCT, 1, MapDefinition.LOCK_BYTES).member("val", WORD, 0);
    btf.type("value", STRUCT, 1, (int) map.valueSize()).member("lock", LOCK, map.lock());
    if (map.keySize() == 4) {
      btf.integer("key", 4);
    } else {
      btf.type("", ARRAY, 0, 0).word(KEY + 1).word(WORD).word((int) map.keySize());
      btf.integer("byte", 1);
    }
    return btf.bytes();
  }

  /** The types of a program's functions. */
  static byte[] ofFunctions(int functions) {
    KernelTypes btf = new KernelTypes();
    btf.integer("word", 4);
    btf.type("", FUNC_PROTO, 0, WORD);
    for (int i = 0; i < functions; i++) {
      btf.type("function_" + i, FUNC, i == 0 ? GLOBAL : STATIC, FIRST_FUNCTION - 1);
    }
    return btf.bytes();
  }

  /** Where functions begin, if helpers call some of them; else none, since nobody asks then. */
  static List<Integer> functions(List<Instruction> code) {
    TreeSet<Integer> starts = new TreeSet<>(List.of(0));
    boolean callbacks = false;
    for (int i = 0; i < code.size(); i++) {
      if (code.get(i) instanceof Instruction.CallLocal call) {
        starts.add(i + 1 + call.offset());
      } else if (code.get(i) instanceof Instruction.LoadImmediate load
          && load.kind() == ImmediateKind.CODE) {
        starts.add(i + 1 + load.low());
        callbacks = true;
      }
    }
    return callbacks ? new ArrayList<>(starts) : List.of();
  }

  private KernelTypes type(String name, int kind, int elements, int sizeOrType) {
    return word(string(name)).word(kind << 24 | elements).word(sizeOrType);
  }

  private void integer(String name, int bytes) {
    type(name, INT, 0, bytes).word(8 * bytes);
  }

  private void member(String name, int type, int offset) {
    word(string(name)).word(type).word(8 * offset);
  }

  private KernelTypes word(int value) {
    types.putInt(value);
    return this;
  }

  private int string(String text) {
    if (text.isEmpty()) {
      return 0;
    }
    int at = strings.length();
    strings.append(text).append('\0');
    return at;
  }

  private byte[] bytes() {
    byte[] text = strings.toString().getBytes(StandardCharsets.US_ASCII);
    int length = types.position();
    ByteBuffer all =
        ByteBuffer.allocate(HEADER_BYTES + length + text.length).order(ByteOrder.nativeOrder());
    all.putShort((short) 0xeb9f).put((byte) 1).put((byte) 0).putInt(HEADER_BYTES);
    all.putInt(0).putInt(length).putInt(length).putInt(text.length);
    all.put(types.array(), 0, length).put(text);
    return all.array();
  }
}
