package org.weft.compiler.btf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.weft.isa.InputException;

/**
 * The types of a {@code .BTF} section.
 *
 * <pre>
 * header: magic 0xeb9f u16 | version u8 | flags u8 | hdr_len u32 | type_off type_len str_off str_len
 * type:   name_off u32 | info u32 (kind_flag 31, kind 28..24, vlen 15..0) | size or type u32 | ...
 * </pre>
 */
public final class Btf {
  static final int MAGIC = 0xeb9f;

  /** Chains of types longer than this are taken for endless. */
  private static final int MAX_DEPTH = 64;

  private static final BtfType VOID = new BtfType(BtfKind.VOID, "", 0, 0, List.of());

  private final List<BtfType> types = new ArrayList<>();
  private final ByteBuffer strings;

  private Btf(ByteBuffer strings) {
    this.strings = strings;
  }

  /**
   * Reads a section.
   *
   * @throws InputException when it is malformed
   */
  public static Btf parse(ByteBuffer section) {
    ByteBuffer data = section.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    if (data.remaining() < 24 || Short.toUnsignedInt(data.getShort(0)) != MAGIC) {
      throw new InputException(".BTF: no BTF header");
    }
    long header = Integer.toUnsignedLong(data.getInt(4));
    ByteBuffer types = part(data, header, data.getInt(8), data.getInt(12), "types");
    ByteBuffer strings = part(data, header, data.getInt(16), data.getInt(20), "strings");
    Btf btf = new Btf(strings);
    btf.types.add(VOID);
    while (types.hasRemaining()) {
      btf.types.add(btf.readType(types));
    }
    return btf;
  }

  static ByteBuffer part(ByteBuffer data, long header, int offset, int length, String what) {
    long start = header + Integer.toUnsignedLong(offset);
    long size = Integer.toUnsignedLong(length);
    if (start > data.capacity() || size > data.capacity() - start) {
      throw new InputException(".BTF: " + what + " reach beyond the section's end");
    }
    return data.slice((int) start, (int) size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** All types; the index is the identifier. */
  public List<BtfType> types() {
    return types;
  }

  /**
   * The type with this identifier.
   *
   * @throws InputException when there is none
   */
  public BtfType type(int id) {
    if (id < 0 || id >= types.size()) {
      throw new InputException(".BTF: type " + Integer.toUnsignedString(id) + " does not exist");
    }
    return types.get(id);
  }

  /** The type with this identifier, without typedefs and qualifiers. */
  public BtfType resolved(int id) {
    BtfType type = type(id);
    for (int depth = 0; depth < MAX_DEPTH; depth++) {
      switch (type.kind()) {
        case TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG, VAR -> type = type(type.sizeOrType());
        default -> {
          return type;
        }
      }
    }
    throw new InputException(".BTF: type " + id + " refers to itself");
  }

  /** Bytes of a type. */
  public long sizeOf(int id) {
    long factor = 1;
    BtfType type = resolved(id);
    for (int depth = 0; depth < MAX_DEPTH; depth++) {
      switch (type.kind()) {
        case INT, STRUCT, UNION, ENUM, ENUM64, FLOAT, DATASEC -> {
          return factor * Integer.toUnsignedLong(type.sizeOrType());
        }
        case PTR -> {
          return factor * 8;
        }
        case ARRAY -> {
          factor *= type.elements();
          if (factor > 1L << 32) {
            throw new InputException(".BTF: type " + id + " is larger than 4 GiB");
          }
          type = resolved(type.sizeOrType());
        }
        default -> throw new InputException(".BTF: type " + id + " has no size");
      }
    }
    throw new InputException(".BTF: type " + id + " refers to itself");
  }

  /** A string by its offset. */
  public String string(int offset) {
    long from = Integer.toUnsignedLong(offset);
    if (from >= strings.capacity()) {
      throw new InputException(".BTF: string " + from + " lies outside the string table");
    }
    int end = (int) from;
    while (end < strings.capacity() && strings.get(end) != 0) {
      end++;
    }
    byte[] text = new byte[end - (int) from];
    strings.get((int) from, text);
    return new String(text, StandardCharsets.UTF_8);
  }

  private BtfType readType(ByteBuffer data) {
    int id = types.size();
    need(data, 12, id);
    String name = string(data.getInt());
    int info = data.getInt();
    int sizeOrType = data.getInt();
    int count = info & 0xffff;
    int number = info >>> 24 & 0x1f;
    if (number == 0 || number >= BtfKind.values().length) {
      throw new InputException(
          ".BTF: type " + id + " is of unknown kind " + number + "; this clang is too new");
    }
    BtfKind kind = BtfKind.values()[number];
    boolean flag = info < 0;
    long elements = 0;
    List<BtfType.Member> members = List.of();
    switch (kind) {
      case INT, VAR, DECL_TAG -> skip(data, 4, id);
      case ARRAY -> {
        need(data, 12, id);
        sizeOrType = data.getInt();
        data.getInt();
        elements = Integer.toUnsignedLong(data.getInt());
      }
      case STRUCT, UNION -> members = members(data, count, flag, id);
      case ENUM -> members = enumerators(data, count, 8, id);
      case ENUM64 -> members = enumerators(data, count, 12, id);
      case FUNC_PROTO -> skip(data, 8 * count, id);
      case DATASEC -> members = variables(data, count, id);
      default -> {}
    }
    return new BtfType(kind, name, sizeOrType, elements, members);
  }

  private List<BtfType.Member> members(ByteBuffer data, int count, boolean bitfields, int id) {
    need(data, 12 * count, id);
    List<BtfType.Member> members = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String name = string(data.getInt());
      int type = data.getInt();
      int offset = data.getInt();
      members.add(
          new BtfType.Member(
              name, type, bitfields ? offset & 0xffffff : Integer.toUnsignedLong(offset), 0));
    }
    return members;
  }

  private List<BtfType.Member> enumerators(ByteBuffer data, int count, int bytes, int id) {
    need(data, bytes * count, id);
    List<BtfType.Member> members = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String name = string(data.getInt());
      long value = data.getInt();
      if (bytes == 12) {
        value = (value & 0xffffffffL) | (long) data.getInt() << 32;
      }
      members.add(new BtfType.Member(name, 0, value, 0));
    }
    return members;
  }

  private List<BtfType.Member> variables(ByteBuffer data, int count, int id) {
    need(data, 12 * count, id);
    List<BtfType.Member> members = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      members.add(
          new BtfType.Member(
              "",
              data.getInt(),
              Integer.toUnsignedLong(data.getInt()),
              Integer.toUnsignedLong(data.getInt())));
    }
    return members;
  }

  private static void skip(ByteBuffer data, int bytes, int id) {
    need(data, bytes, id);
    data.position(data.position() + bytes);
  }

  private static void need(ByteBuffer data, int bytes, int id) {
    if (data.remaining() < bytes) {
      throw new InputException(".BTF: type " + id + " is cut off");
    }
  }
}
