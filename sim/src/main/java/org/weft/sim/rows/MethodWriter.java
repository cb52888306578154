package org.weft.sim.rows;

import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Short words for the instructions of the JVM that methods of rows are made of. */
abstract class MethodWriter {
  final MethodVisitor method;

  MethodWriter(MethodVisitor method) {
    this.method = method;
  }

  final void variable(int instruction, int variable) {
    method.visitVarInsn(instruction, variable);
  }

  final void number(long value) {
    method.visitLdcInsn(value);
  }

  final void flag(boolean flag) {
    constant(flag ? 1 : 0);
  }

  final void constant(int value) {
    if (value >= -1 && value <= 5) {
      method.visitInsn(Opcodes.ICONST_0 + value);
    } else if (value >= Byte.MIN_VALUE && value <= Byte.MAX_VALUE) {
      method.visitIntInsn(Opcodes.BIPUSH, value);
    } else {
      method.visitLdcInsn(value);
    }
  }

  final void invoke(String owner, String name, String type) {
    method.visitMethodInsn(Opcodes.INVOKEVIRTUAL, owner, name, type, false);
  }

  final void invokeStatic(String owner, String name, String type) {
    method.visitMethodInsn(Opcodes.INVOKESTATIC, owner, name, type, false);
  }
}
