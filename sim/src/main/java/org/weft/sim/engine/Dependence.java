package org.weft.sim.engine;

import java.util.BitSet;
import java.util.List;
import org.weft.compiler.object.Program;
import org.weft.compiler.verifier.Facts;
import org.weft.compiler.verifier.Verifier;
import org.weft.isa.RefusedException;
import org.weft.isa.xdp.MapDefinition;

/**
 * What a program's results depend on beside packets and maps, and engines need not have in common.
 *
 * @param address where the program first takes an address as a number, for a person; null: nowhere
 * @param staleStack where it first reads bytes of the stack that were never written; null: nowhere
 */
public record Dependence(String address, String staleStack) {
  /** Of a program whose results follow from packets and maps. */
  public static final Dependence NONE = new Dependence(null, null);

  /**
   * Of a program; none if the verifier refuses it.
   *
   * @param maps those of the object
   */
  public static Dependence of(Program program, List<MapDefinition> maps) {
    try {
      Facts facts = Verifier.verify(program, maps);
      return new Dependence(
          first(program, facts.addressUses()), first(program, facts.staleReads()));
    } catch (RefusedException e) {
      return NONE;
    }
  }

  private static String first(Program program, BitSet instructions) {
    return instructions.isEmpty() ? null : program.place(instructions.nextSetBit(0));
  }

  /**
   * Why differences between two engines are not comparable, or null.
   *
   * @param foreign whether one of them is not weft's: all of weft's stacks begin as zeros
   */
  String reason(boolean foreign) {
    if (address != null) {
      return address + ": takes an address as a number";
    }
    return foreign && staleStack != null
        ? staleStack
            + ": reads bytes of the stack that were never written, such as a structure's padding;"
            + " clear them with __builtin_memset"
        : null;
  }
}
