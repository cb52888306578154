package org.weft.compiler.object;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.weft.compiler.btf.Btf;
import org.weft.compiler.btf.BtfExt.CoreInfo;
import org.weft.compiler.btf.BtfKind;
import org.weft.compiler.btf.BtfType;
import org.weft.isa.InputException;
import org.weft.isa.xdp.ContextField;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapType;

/**
 * Applies relocations to type layouts (CO-RE, {@code enum bpf_core_relo_kind} in {@code
 * linux/bpf.h}).
 *
 * <p>Of the kernel's types only {@code xdp_md} is visible to a program that weft runs, so only its
 * accesses change. All other layouts are what the program was compiled with: they are packet
 * headers and the program's own types, or belong to accesses that weft refuses anyway. Whether
 * something exists is answered for what weft has.
 */
final class CoreRelocator {
  private static final int FIELD_BYTE_OFFSET = 0;
  private static final int FIELD_BYTE_SIZE = 1;
  private static final int FIELD_EXISTS = 2;
  private static final int FIELD_SIGNED = 3;
  private static final int FIELD_LSHIFT_U64 = 4;
  private static final int FIELD_RSHIFT_U64 = 5;
  private static final int TYPE_ID_TARGET = 7;
  private static final int TYPE_EXISTS = 8;
  private static final int TYPE_SIZE = 9;
  private static final int ENUMVAL_EXISTS = 10;
  private static final int TYPE_MATCHES = 12;

  private static final String CONTEXT = "xdp_md";
  private static final String FLAVOR = "___";
  private static final int FIELD_BYTES = 4;

  /** Unknown helper that libbpf puts where a relocation fails; only reaching it is an error. */
  private static final int POISON = 0xbad2310;

  private static final int CALL = 0x85;

  /** Types of the user API that hold in weft as they were compiled. */
  private static final Set<String> KNOWN =
      Set.of(
          "arphdr",
          "bpf_fib_lookup",
          "bpf_map_type",
          "ethhdr",
          "frag_hdr",
          "icmp6hdr",
          "icmphdr",
          "in6_addr",
          "in_addr",
          "iphdr",
          "ipv6_opt_hdr",
          "ipv6hdr",
          "sctphdr",
          "tcphdr",
          "udphdr",
          "vlan_ethhdr",
          "vlan_hdr",
          "vxlanhdr",
          "xdp_action");

  private final Btf btf;
  private final Notes notes;

  CoreRelocator(Btf btf, Notes notes) {
    this.btf = btf;
    this.notes = notes;
  }

  /**
   * Applies one relocation.
   *
   * @param code little-endian code
   * @param index the instruction in it
   * @param place where that is, for notes
   * @throws InputException without place when relocation and instruction do not fit
   */
  void apply(CoreInfo relocation, ByteBuffer code, int index, Supplier<String> place) {
    BtfType type = btf.type(relocation.type());
    String name = btf.name(type);
    int flavor = name.indexOf(FLAVOR);
    String kernelName = flavor > 0 ? name.substring(0, flavor) : name;
    int kind = relocation.kind() > TYPE_MATCHES ? -1 : (int) relocation.kind();
    String access = btf.string(relocation.access());
    if (kind < 0) {
      throw new InputException("unknown kind " + relocation.kind() + " of type relocation");
    }
    if (type.kind() == BtfKind.STRUCT && kernelName.equals(CONTEXT)) {
      context(kind, type, access, code, index, place);
    } else if (kind == TYPE_ID_TARGET) {
      poison(code, index, () -> place.get() + ": weft has no kernel type " + btf.describe(type));
    } else if (asksExistence(kind) && !exists(kind, type, kernelName, access)) {
      notes.add(() -> place.get() + ": " + btf.describe(type) + " is taken as not in this kernel");
      patch(code, index, 0);
    }
  }

  private static boolean asksExistence(int kind) {
    return kind == FIELD_EXISTS
        || kind == TYPE_EXISTS
        || kind == ENUMVAL_EXISTS
        || kind == TYPE_MATCHES;
  }

  private boolean exists(int kind, BtfType type, String name, String access) {
    if (kind == ENUMVAL_EXISTS && (name.equals("bpf_func_id") || name.equals("bpf_map_type"))) {
      List<BtfType.Enumerator> all = btf.enumerators(enumeration(type));
      int value = (int) all.get(number(access, 0, all.size())).value();
      return name.equals("bpf_func_id")
          ? HelperFunction.of(value) != null
          : MapType.of(value) != null;
    }
    return KNOWN.contains(name);
  }

  private BtfType enumeration(BtfType type) {
    if (type.kind() != BtfKind.ENUM && type.kind() != BtfKind.ENUM64) {
      throw new InputException("type relocation asks for a value of " + btf.describe(type));
    }
    return type;
  }

  /** The number behind a prefix of an access string, which is an index below a limit. */
  private static int number(String text, int from, int limit) {
    int value = -1;
    try {
      value = Integer.parseInt(text.substring(from));
    } catch (NumberFormatException e) {
      // Reported below like any other wrong number.
    }
    if (value < 0 || value >= limit) {
      throw new InputException("type relocation with access string \"" + text + "\"");
    }
    return value;
  }

  private void context(
      int kind, BtfType type, String access, ByteBuffer code, int index, Supplier<String> place) {
    if (kind == TYPE_EXISTS || kind == TYPE_MATCHES) {
      patch(code, index, 1);
    } else if (kind == TYPE_SIZE) {
      patch(code, index, ContextField.CONTEXT_BYTES);
    } else if (kind == TYPE_ID_TARGET) {
      poison(code, index, () -> place.get() + ": weft has no kernel type " + btf.describe(type));
    } else if (kind <= FIELD_RSHIFT_U64) {
      field(kind, type, access, code, index, place);
    }
  }

  private void field(
      int kind, BtfType type, String access, ByteBuffer code, int index, Supplier<String> place) {
    List<BtfType.Member> members = btf.members(type);
    if (!access.startsWith("0:")) {
      throw new InputException("type relocation with access string \"" + access + "\" to xdp_md");
    }
    BtfType.Member member = members.get(number(access, 2, members.size()));
    ContextField field = null;
    for (ContextField candidate : ContextField.values()) {
      if (candidate.fieldName().equals(member.name())) {
        field = candidate;
      }
    }
    if (kind == FIELD_EXISTS) {
      patch(code, index, field == null ? 0 : 1);
    } else if (field == null) {
      poison(code, index, () -> place.get() + ": xdp_md has no field " + member.name());
    } else {
      switch (kind) {
        case FIELD_BYTE_OFFSET -> {
          resize(code, index, btf.size(member.type()));
          patch(code, index, field.offset());
        }
        case FIELD_BYTE_SIZE -> patch(code, index, FIELD_BYTES);
        case FIELD_SIGNED -> patch(code, index, 0);
        case FIELD_LSHIFT_U64, FIELD_RSHIFT_U64 -> patch(code, index, Long.SIZE - FIELD_BYTES * 8);
        default -> throw new IllegalStateException("kind " + kind);
      }
    }
  }

  /** Puts a value where the instruction has its immediate or offset. */
  private static void patch(ByteBuffer code, int index, int value) {
    int at = index * CodeFunction.INSTRUCTION_BYTES;
    int opcode = Byte.toUnsignedInt(code.get(at));
    switch (opcode & 7) {
      case 1, 2, 3 -> code.putShort(at + 2, (short) value);
      case 4, 7 -> {
        if ((opcode & 8) != 0) {
          throw unfit(opcode);
        }
        code.putInt(at + 4, value);
      }
      default -> {
        if (opcode != 0x18 || at + 16 > code.limit()) {
          throw unfit(opcode);
        }
        code.putInt(at + 4, value).putInt(at + 12, 0);
      }
    }
  }

  private static InputException unfit(int opcode) {
    return new InputException(String.format("type relocation of opcode 0x%02x", opcode));
  }

  /** A field that the program takes to have another width is accessed in its true one. */
  private static void resize(ByteBuffer code, int index, long compiledBytes) {
    int at = index * CodeFunction.INSTRUCTION_BYTES;
    int opcode = Byte.toUnsignedInt(code.get(at));
    boolean memory = (opcode & 7) >= 1 && (opcode & 7) <= 3;
    if (memory && compiledBytes != FIELD_BYTES) {
      code.put(at, (byte) (opcode & ~0x18));
    }
  }

  private void poison(ByteBuffer code, int index, Supplier<String> note) {
    int at = index * CodeFunction.INSTRUCTION_BYTES;
    int words = code.get(at) == 0x18 && at + 16 <= code.limit() ? 2 : 1;
    for (int i = 0; i < words; i++) {
      code.putLong(at + i * CodeFunction.INSTRUCTION_BYTES, CALL);
      code.putInt(at + i * CodeFunction.INSTRUCTION_BYTES + 4, POISON);
    }
    notes.add(() -> note.get() + "; the program must not get here");
  }
}
