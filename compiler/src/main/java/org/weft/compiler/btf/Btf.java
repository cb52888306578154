package org.weft.compiler.btf;

import java.util.ArrayList;
import java.util.List;
import org.weft.compiler.elf.Span;
import org.weft.isa.InputException;

/**
 * The types of an object (Linux, Documentation/bpf/btf.rst).
 *
 * <pre>
 * header  0 magic(2)=eb9f version(1)=1 flags(1) header length(4)
 *         8 types offset(4) types length(4) strings offset(4) strings length(4)
 * type    0 name(4) info(4): kflag(1 bit) kind(5 bits at 24) elements(16 bits)  size or type(4)
 * </pre>
 */
public final class Btf {
  private static final int MAGIC = 0xeb9f;
  private static final int TYPE_BYTES = 12;

  /** Longer chains of modifiers and arrays do not come from source code. */
  private static final int MAX_CHAIN = 256;

  private final Span bytes;
  private final Span strings;
  private final List<BtfType> types = new ArrayList<>();

  private Btf(Span bytes) {
    this.bytes = bytes;
    long header = headerLength(bytes);
    Span body = bytes.part(header, bytes.length() - header, "content");
    this.strings = body.part(bytes.u32(16), bytes.u32(20), "string table");
    readTypes(body.part(bytes.u32(8), bytes.u32(12), "type table"));
  }

  /**
   * Reads a section {@code .BTF}.
   *
   * @throws InputException when it is malformed or has a kind of type newer than ENUM64
   */
  public static Btf read(Span section) {
    return new Btf(section);
  }

  /** The length that the header of BTF or BTF.ext gives. */
  static long headerLength(Span bytes) {
    bytes.part(0, 24, "header");
    if (bytes.u16(0) != MAGIC) {
      throw bytes.error(String.format("magic number 0x%04x instead of 0xeb9f", bytes.u16(0)));
    }
    if (bytes.u8(2) != 1) {
      throw bytes.error("unknown version " + bytes.u8(2));
    }
    long length = bytes.u32(4);
    if (length < 24 || length > bytes.length()) {
      throw bytes.error("header of " + length + " bytes in " + bytes.length());
    }
    return length;
  }

  private void readTypes(Span table) {
    BtfKind[] kinds = BtfKind.values();
    types.add(new BtfType(0, BtfKind.VOID, 0, false, 0, 0, table.part(0, 0, "void")));
    for (int at = 0; at < table.length(); ) {
      int id = types.size();
      Span common = table.part(at, TYPE_BYTES, "type " + id);
      int info = common.s32(4);
      int kind = info >>> 24 & 31;
      if (kind == 0 || kind >= kinds.length) {
        throw bytes.error("type " + id + " is of unknown kind " + kind);
      }
      int elements = info & 0xffff;
      int detail = kinds[kind].detailBytes(elements);
      types.add(
          new BtfType(
              id,
              kinds[kind],
              common.u32(0),
              info < 0,
              elements,
              common.u32(8),
              table.part(at + (long) TYPE_BYTES, detail, "type " + id)));
      at += TYPE_BYTES + detail;
    }
  }

  /** All types; the index is the number. */
  public List<BtfType> types() {
    return types;
  }

  /** The type of a number. */
  public BtfType type(long id) {
    if (id < 0 || id >= types.size()) {
      throw bytes.error("reference to type " + id + " of " + types.size());
    }
    return types.get((int) id);
  }

  /** A type's name, empty if it has none. */
  public String name(BtfType type) {
    return string(type.nameOffset());
  }

  /** The string at an offset; overlong ones are cut. */
  public String string(long offset) {
    return offset == 0 ? "" : strings.textCut(offset);
  }

  /** The type behind all typedefs and qualifiers. */
  public BtfType resolve(long id) {
    BtfType type = type(id);
    for (int i = 0; type.kind().isModifier(); i++) {
      if (i == MAX_CHAIN) {
        throw endless(id);
      }
      type = type(type.sizeOrType());
    }
    return type;
  }

  /**
   * Bytes of a type; 0 to 2^32 - 1.
   *
   * @throws InputException when it has none, as void and functions
   */
  public long size(long id) {
    long count = 1;
    BtfType type = resolve(id);
    for (int i = 0; type.kind() == BtfKind.ARRAY; i++) {
      if (i == MAX_CHAIN) {
        throw endless(id);
      }
      count = limited(count * arrayLength(type), id);
      type = resolve(elementType(type));
    }
    if (type.kind() == BtfKind.PTR) {
      return limited(count * 8, id);
    }
    if (!type.kind().hasSize()) {
      throw bytes.error("type " + id + " (" + describe(type) + ") has no size");
    }
    return limited(count * type.sizeOrType(), id);
  }

  /** Number of elements of an array type. */
  public long arrayLength(BtfType array) {
    return array.detail().u32(8);
  }

  /** Number of the type of an array's elements. */
  public long elementType(BtfType array) {
    return array.detail().u32(0);
  }

  /** Members of a structure or union. */
  public List<BtfType.Member> members(BtfType type) {
    List<BtfType.Member> members = new ArrayList<>();
    for (int i = 0; i < type.elements(); i++) {
      Span detail = type.detail().part(i * 12L, 12, "member");
      long offset = detail.u32(8);
      members.add(
          new BtfType.Member(
              string(detail.u32(0)),
              detail.u32(4),
              type.kindFlag() ? offset & 0xffffff : offset,
              type.kindFlag() ? (int) (offset >> 24) : 0));
    }
    return members;
  }

  /** Enumerators of an ENUM or ENUM64. */
  public List<BtfType.Enumerator> enumerators(BtfType type) {
    int step = type.kind() == BtfKind.ENUM ? 8 : 12;
    List<BtfType.Enumerator> enumerators = new ArrayList<>();
    for (int i = 0; i < type.elements(); i++) {
      Span detail = type.detail().part((long) i * step, step, "enumerator");
      long value = step == 12 ? detail.s64(4) : type.kindFlag() ? detail.s32(4) : detail.u32(4);
      enumerators.add(new BtfType.Enumerator(string(detail.u32(0)), value));
    }
    return enumerators;
  }

  /** Numbers of the types of a FUNC_PROTO's parameters; 0 stands for {@code ...}. */
  public List<Long> parameters(BtfType prototype) {
    List<Long> parameters = new ArrayList<>();
    for (int i = 0; i < prototype.elements(); i++) {
      parameters.add(prototype.detail().u32(i * 8L + 4));
    }
    return parameters;
  }

  /** Variables of a DATASEC. */
  public List<BtfType.SectionVariable> variables(BtfType section) {
    List<BtfType.SectionVariable> variables = new ArrayList<>();
    for (int i = 0; i < section.elements(); i++) {
      Span detail = section.detail().part(i * 12L, 12, "variable");
      variables.add(new BtfType.SectionVariable(detail.u32(0), detail.u32(4), detail.u32(8)));
    }
    return variables;
  }

  /** The types of a kind that bear a name. */
  public List<BtfType> named(BtfKind kind, String name) {
    return types.stream().filter(t -> t.kind() == kind && name(t).equals(name)).toList();
  }

  /** Kind and name, for messages: {@code struct xdp_md}. */
  public String describe(BtfType type) {
    String kind = type.kind().name().toLowerCase(java.util.Locale.ROOT);
    return type.nameOffset() == 0 ? kind : kind + " " + name(type);
  }

  /** An exception about this BTF. */
  public InputException error(String cause) {
    return bytes.error(cause);
  }

  private InputException endless(long id) {
    return bytes.error("type " + id + " is endless or a chain of over " + MAX_CHAIN + " types");
  }

  private long limited(long size, long id) {
    if (size > 0xffffffffL) {
      throw bytes.error("type " + id + " is larger than 4 GiB");
    }
    return size;
  }
}
