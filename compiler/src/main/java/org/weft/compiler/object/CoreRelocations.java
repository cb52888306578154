package org.weft.compiler.object;

import java.util.List;
import org.weft.compiler.btf.Btf;
import org.weft.compiler.btf.BtfExt;
import org.weft.compiler.btf.BtfKind;
import org.weft.compiler.btf.BtfType;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.Operand;
import org.weft.isa.InputException;
import org.weft.isa.xdp.ContextField;

/**
 * CO-RE relocations. The one kernel type whose layout weft gives is {@code struct xdp_md}; for all
 * others (packet headers from vmlinux.h) the object's own layout is the layout, which is what clang
 * put into the instruction.
 */
final class CoreRelocations {
  private static final int FIELD_BYTE_OFFSET = 0;
  private static final int FIELD_EXISTS = 2;

  private final Btf btf;

  CoreRelocations(Btf btf) {
    this.btf = btf;
  }

  /** Changes the instruction that a relocation is for, if it has to. */
  void apply(BtfExt.CoreRelocation relocation, List<Instruction> code, int index) {
    BtfType type = btf.resolved(relocation.type());
    boolean field = relocation.kind() == FIELD_BYTE_OFFSET || relocation.kind() == FIELD_EXISTS;
    if (type.kind() != BtfKind.STRUCT || !plainName(type.name()).equals("xdp_md") || !field) {
      return;
    }
    ContextField target = target(fieldName(type, relocation.access()));
    if (relocation.kind() == FIELD_EXISTS) {
      code.set(index, withConstant(code.get(index), target == null ? 0 : 1));
    } else if (target == null) {
      throw new InputException(
          "insn "
              + index
              + ": struct xdp_md has no field "
              + fieldName(type, relocation.access())
              + "; guard it with bpf_core_field_exists");
    } else {
      code.set(index, withConstant(code.get(index), target.offset()));
    }
  }

  /** A type's name without its flavour: {@code xdp_md___old} is xdp_md. */
  private static String plainName(String name) {
    int flavour = name.indexOf("___");
    return flavour > 0 ? name.substring(0, flavour) : name;
  }

  private static String fieldName(BtfType type, String access) {
    String[] path = access.split(":");
    try {
      int member = path.length == 2 ? Integer.parseInt(path[1]) : -1;
      if (member >= 0 && member < type.members().size()) {
        return type.members().get(member).name();
      }
    } catch (NumberFormatException e) {
      // Falls through to the error below.
    }
    throw new InputException(".BTF.ext: CO-RE access " + access + " of xdp_md is malformed");
  }

  private static ContextField target(String name) {
    for (ContextField field : ContextField.values()) {
      if (field.fieldName().equals(name)) {
        return field;
      }
    }
    return null;
  }

  private static Instruction withConstant(Instruction instruction, int value) {
    if (instruction instanceof Instruction.Load load) {
      return new Instruction.Load(load.dst(), load.base(), value, load.bytes(), load.signed());
    } else if (instruction instanceof Instruction.Alu alu && !alu.src().isRegister()) {
      return new Instruction.Alu(alu.op(), alu.is64(), alu.dst(), Operand.constant(value));
    } else if (instruction instanceof Instruction.LoadImmediate load) {
      return new Instruction.LoadImmediate(load.dst(), load.kind(), value);
    }
    throw new InputException(".BTF.ext: CO-RE relocation of an instruction without a constant");
  }
}
