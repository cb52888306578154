package org.weft.compiler.btf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.weft.compiler.elf.Words;

/** Writes BTF and BTF.ext for tests; methods give the number of the type they add. */
public final class BtfBuilder {
  private final Words types = new Words();
  private final Words strings = new Words();
  private final Map<String, Integer> offsets = new TreeMap<>();
  private final TreeMap<String, List<long[]>> functions = new TreeMap<>();
  private final TreeMap<String, List<long[]>> lines = new TreeMap<>();
  private final TreeMap<String, List<long[]>> relocations = new TreeMap<>();
  private int count;

  public BtfBuilder() {
    offsets.put("", strings.text(""));
  }

  public int string(String text) {
    return offsets.computeIfAbsent(text, strings::text);
  }

  /** Adds a type of any kind: name, kind, kind flag, elements, size or type, and what follows. */
  public int type(String name, int kind, boolean flag, int elements, long word, long... detail) {
    types.u32(string(name), (flag ? 1L << 31 : 0) | (long) kind << 24 | elements, word).u32(detail);
    return ++count;
  }

  public int type(String name, BtfKind kind, long word, long... detail) {
    return type(name, kind.ordinal(), false, 0, word, detail);
  }

  public int integer(String name, int bytes) {
    return type(name, BtfKind.INT, bytes, bytes * 8L);
  }

  public int pointer(int to) {
    return type("", BtfKind.PTR, to);
  }

  public int array(int of, long length) {
    return type("", BtfKind.ARRAY, 0, of, 0, length);
  }

  /** Adds a structure of members (name, type, offset in bytes). */
  public int struct(String name, int bytes, Object... members) {
    long[] detail = new long[members.length];
    for (int i = 0; i < members.length; i += 3) {
      detail[i] = string((String) members[i]);
      detail[i + 1] = (Integer) members[i + 1];
      detail[i + 2] = 8L * (Integer) members[i + 2];
    }
    return type(name, BtfKind.STRUCT.ordinal(), false, members.length / 3, bytes, detail);
  }

  /** Adds the type of a function that returns an int. */
  public int prototype(int... parameters) {
    long[] detail = new long[2 * parameters.length];
    for (int i = 0; i < parameters.length; i++) {
      detail[2 * i + 1] = parameters[i];
    }
    return type("", BtfKind.FUNC_PROTO.ordinal(), false, parameters.length, 0, detail);
  }

  public int function(String name, int prototype) {
    return type(name, BtfKind.FUNC.ordinal(), false, 1, prototype);
  }

  /** Adds a section of variables (type, offset, size). */
  public int section(String name, long... variables) {
    return type(name, BtfKind.DATASEC.ordinal(), false, variables.length / 3, 0, variables);
  }

  public int variable(String name, int type) {
    return type(name, BtfKind.VAR, type, 1);
  }

  /** The type of a map attribute that is a number. */
  public int number(long value) {
    return pointer(array(integer("int", 4), value));
  }

  /**
   * Adds the type of a map.
   *
   * @param attributes name and value each: a Long is a number, an Integer a type
   */
  public int map(Object... attributes) {
    Object[] members = new Object[attributes.length / 2 * 3];
    int size = 0;
    for (int i = 0; i < attributes.length / 2; i++) {
      Object value = attributes[2 * i + 1];
      boolean isValues = attributes[2 * i].equals("values");
      members[3 * i] = attributes[2 * i];
      members[3 * i + 1] =
          value instanceof Long n
              ? (Object) number(n)
              : isValues ? array(pointer((Integer) value), 0) : pointer((Integer) value);
      members[3 * i + 2] = size;
      size += isValues ? 0 : 8;
    }
    return struct("", size, members);
  }

  /** Adds a source line to BTF.ext. */
  public BtfBuilder line(String section, int instruction, String file, int line, String text) {
    lines
        .computeIfAbsent(section, s -> new ArrayList<>())
        .add(new long[] {8L * instruction, string(file), string(text), (long) line << 10 | 5});
    return this;
  }

  /** Adds a function to BTF.ext. */
  public BtfBuilder function(String section, int instruction, int type) {
    functions
        .computeIfAbsent(section, s -> new ArrayList<>())
        .add(new long[] {8L * instruction, type});
    return this;
  }

  /** Adds a relocation to a type layout to BTF.ext. */
  public BtfBuilder relocation(String section, int instruction, int type, String access, int kind) {
    relocations
        .computeIfAbsent(section, s -> new ArrayList<>())
        .add(new long[] {8L * instruction, type, string(access), kind});
    return this;
  }

  /** The section .BTF. */
  public byte[] build() {
    Words file = new Words().number(0x0001eb9f, 4).u32(24, 0, types.size());
    return file.u32(types.size(), strings.size())
        .bytes(types.toArray())
        .bytes(strings.toArray())
        .toArray();
  }

  /** The section .BTF.ext; to be called before {@link #build}, since it adds names. */
  public byte[] buildExt() {
    Words body = new Words();
    int[] ends = new int[3];
    ends[0] = table(functions, 8, body);
    ends[1] = table(lines, 16, body);
    ends[2] = table(relocations, 16, body);
    Words file = new Words().number(0x0001eb9f, 4).u32(32, 0, ends[0]);
    file.u32(ends[0], ends[1] - ends[0], ends[1], ends[2] - ends[1]);
    return file.bytes(body.toArray()).toArray();
  }

  private int table(TreeMap<String, List<long[]>> records, int bytes, Words to) {
    if (!records.isEmpty()) {
      to.u32(bytes);
      records.forEach(
          (section, list) -> {
            to.u32(string(section), list.size());
            list.forEach(to::u32);
          });
    }
    return to.size();
  }
}
