package org.weft.sim.engine;

import java.util.BitSet;
import java.util.List;
import org.weft.compiler.object.Program;
import org.weft.compiler.verifier.Verifier;
import org.weft.isa.RefusedException;
import org.weft.isa.xdp.MapDefinition;

/** Programs whose results depend on where an engine has its memory. */
public final class AddressUse {
  private AddressUse() {}

  /**
   * Where a program first takes an address as a number, for a person; null if nowhere, or if the
   * verifier refuses the program.
   *
   * @param maps those of the object
   */
  public static String of(Program program, List<MapDefinition> maps) {
    try {
      BitSet uses = Verifier.verify(program, maps).addressUses();
      return uses.isEmpty() ? null : program.place(uses.nextSetBit(0));
    } catch (RefusedException e) {
      return null;
    }
  }
}
