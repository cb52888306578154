package org.weft.sim.rows;

import java.lang.invoke.MethodHandles;
import java.util.List;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.row.Operand;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;

/**
 * The rows of an image as code for the JVM: a class for each row, made when the row is first
 * executed. Constants of slots are constants there, so that the JVM's own compiler sees which
 * operation it is, and which memory.
 *
 * <p>Rows are immediate, or they are late: then accesses of map values, and calls that engines
 * outside a core answer, are noted in {@link RowThread}, and somebody else makes them.
 */
final class RowCompiler {
  private static final String PACKAGE = RowCode.class.getPackageName().replace('.', '/') + '/';
  private static final String SUPER = PACKAGE + "RowCode";
  private static final String CONSTRUCTOR = "([Lorg/weft/isa/row/Slot;)V";
  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

  private final ProgramImage image;
  private final boolean late;
  private final RowCode[] rows;

  RowCompiler(ProgramImage image, boolean late) {
    this.image = image;
    this.late = late;
    rows = new RowCode[image.rows().size()];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new Unmade(i);
    }
  }

  /** What stands for a row until it is first executed. */
  private final class Unmade extends RowCode {
    private final int number;

    Unmade(int number) {
      this.number = number;
    }

    @Override
    int run(RowState state) {
      return compile(number).run(state);
    }
  }

  /** The code of all rows. */
  @SuppressWarnings("PMD.MethodReturnsInternalArray")
  RowCode[] rows() {
    return rows;
  }

  /** Whether a slot gives back a spin lock. */
  static boolean isUnlock(Slot slot) {
    return slot instanceof Slot.Call call && call.helper() == HelperFunction.SPIN_UNLOCK;
  }

  /** What a slot is where others access map values: to give back a lock is to store zero to it. */
  private Slot lateForm(Slot slot) {
    return late && isUnlock(slot)
        ? new Slot.Store(
            Region.MAP,
            ((Slot.Call) slot).arguments().get(0),
            0,
            MapDefinition.LOCK_BYTES,
            false,
            Operand.constant(0))
        : slot;
  }

  private RowCode compile(int number) {
    List<Slot> row = image.rows().get(number).slots().stream().map(this::lateForm).toList();
    String name = PACKAGE + "Row" + number;
    ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    writer.visit(Opcodes.V17, Opcodes.ACC_FINAL, name, null, SUPER, null);
    constructor(writer);
    MethodVisitor method = writer.visitMethod(0, "run", "(L" + PACKAGE + "RowState;)I", null, null);
    new RowWriter(method, name, row, number + 1, late).write();
    writer.visitEnd();
    Slot[] slots = row.toArray(Slot[]::new);
    try {
      Class<?> made = LOOKUP.defineHiddenClass(writer.toByteArray(), true).lookupClass();
      rows[number] =
          (RowCode) made.getDeclaredConstructor(Slot[].class).newInstance((Object) slots);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("row " + number + " makes no class", e);
    }
    return rows[number];
  }

  private static void constructor(ClassWriter writer) {
    MethodVisitor method = writer.visitMethod(0, "<init>", CONSTRUCTOR, null, null);
    method.visitCode();
    method.visitVarInsn(Opcodes.ALOAD, 0);
    method.visitVarInsn(Opcodes.ALOAD, 1);
    method.visitMethodInsn(Opcodes.INVOKESPECIAL, SUPER, "<init>", CONSTRUCTOR, false);
    method.visitInsn(Opcodes.RETURN);
    method.visitMaxs(0, 0);
    method.visitEnd();
  }
}
