package org.weft.compiler.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Condition;
import org.weft.isa.row.Fact;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Operand;
import org.weft.isa.row.Slot;

/**
 * A trace in instructions of the machine with virtual registers: constants that do not fit an
 * instruction get registers, phis are written where control leaves for their block, and blocks that
 * only leave the program become exits.
 */
final class TraceLowering {
  private final Trace trace;
  private final TraceFormation formation;
  private final Registers registers;
  private final TraceFacts facts;
  private final TraceCode code;
  private final List<Departure> departures = new ArrayList<>();

  /** The head of the trace whose rows follow. */
  private final Block behind;

  private int next = -1;

  /**
   * A place where control may leave the trace.
   *
   * @param branch the node that leaves; null at the end of the trace
   * @param target the block it goes to; null when it leaves the program
   */
  record Departure(Node branch, Block target) {}

  TraceLowering(Trace trace, Surroundings around, Registers registers) {
    this.trace = trace;
    this.registers = registers;
    formation = around.formation();
    facts = new TraceFacts(trace, registers, around.boundsMove());
    code = new TraceCode(registers, facts);
    behind = formation.following(trace) == null ? null : formation.following(trace).head();
    ValueLowering values = new ValueLowering(code, facts, around.stackUse());
    for (int i = 0; i < trace.blocks().size(); i++) {
      Block block = trace.blocks().get(i);
      block.values().forEach(values::lower);
      Block following = i + 1 < trace.blocks().size() ? trace.blocks().get(i + 1) : null;
      leave(block, following);
    }
  }

  List<Node> nodes() {
    return code.nodes();
  }

  List<Departure> departures() {
    return departures;
  }

  /** The trace that control goes to behind the last row; -1 when a slot says where. */
  int next() {
    return next;
  }

  Trace trace() {
    return trace;
  }

  /** The register of a value that crosses traces or of a phi, as far as one is known. */
  Vreg globalOf(Value value) {
    return registers.of(value);
  }

  // Control.

  private void leave(Block block, Block following) {
    Terminator terminator = block.terminator();
    if (terminator instanceof Terminator.Exit exit) {
      exit(block, null, exit.verdict(), exit.origin());
    } else if (terminator instanceof Terminator.Goto jump) {
      if (jump.next() != following) {
        end(block, jump.next());
      }
    } else {
      Terminator.Branch branch = (Terminator.Branch) terminator;
      boolean inverted =
          branch.taken() == following
              || following == null && branch.taken() == behind && branch.next() != behind;
      Terminator.Branch oriented = inverted ? branch.inverted() : branch;
      branch(block, oriented);
      if (oriented.next() != following) {
        end(block, oriented.next());
      }
    }
  }

  private void end(Block block, Block target) {
    if (formation.of(target) == null) {
      Terminator.Exit exit = (Terminator.Exit) target.terminator();
      exit(block, null, TraceFormation.verdict(target, block), exit.origin());
      return;
    }
    writePhis(block, target);
    if (target == behind) {
      departures.add(new Departure(null, target));
      next = formation.of(target).id();
      return;
    }
    int id = formation.of(target).id();
    Node node =
        code.add(
            (dst, r) -> new Slot.Branch(Opcode.BRANCH, false, 0, Operand.constant(0), id),
            null,
            List.of(),
            Value.NO_ORIGIN);
    departures.add(new Departure(node, target));
  }

  private void branch(Block block, Terminator.Branch branch) {
    Block target = branch.taken();
    if (formation.of(target) == null) {
      exit(block, branch, TraceFormation.verdict(target, block), branch.origin());
      return;
    }
    // Compared is what was there before the phis are written.
    Comparison comparison = comparison(branch, block).keeping(writtenBetween(block, target), code);
    writePhis(block, target);
    int id = formation.of(target).id();
    Node node =
        code.add(
            (dst, r) ->
                new Slot.Branch(
                    Opcode.branch(branch.condition()),
                    branch.is32(),
                    comparison.left(r),
                    comparison.right(r),
                    id),
            null,
            comparison.uses(),
            branch.origin());
    departures.add(new Departure(node, target));
  }

  /** The operands of a branch or exit. */
  private record Comparison(int fact, Integer immediate, List<Vreg> uses) {
    int left(int... r) {
      return fact >= 0 ? fact : uses.isEmpty() ? 0 : r[0];
    }

    Operand right(int... r) {
      return TraceCode.operand(immediate, 1, r);
    }

    /** The same on copies of registers that are about to be written. */
    Comparison keeping(Set<Vreg> written, TraceCode code) {
      List<Vreg> kept = uses.stream().map(v -> written.contains(v) ? code.copy(v) : v).toList();
      return new Comparison(fact, immediate, kept);
    }
  }

  /** The registers that are written when control goes from a block to another. */
  private Set<Vreg> writtenBetween(Block from, Block to) {
    int index = to.predecessors().indexOf(from);
    Set<Vreg> written = new HashSet<>();
    for (Value phi : to.phis()) {
      Value incoming = phi.operand(index);
      if (incoming != phi && !code.isThere(incoming, phi)) {
        written.add(registers.of(phi));
      }
    }
    return written;
  }

  private Comparison comparison(Terminator.Branch branch, Block block) {
    if (branch == null) {
      return new Comparison(-1, 0, List.of());
    }
    Integer immediate = TraceCode.immediate(branch.b(), branch.is32());
    Fact fact = facts.compared(block);
    if (fact != null) {
      return new Comparison(Slot.FIRST_FACT + fact.ordinal(), immediate, List.of());
    }
    return new Comparison(
        -1, immediate, code.uses(immediate, branch.b(), code.register(branch.a())));
  }

  private void exit(Block block, Terminator.Branch branch, Value verdict, int origin) {
    Comparison comparison = comparison(branch, block);
    Condition condition = branch == null ? Condition.ALWAYS : branch.condition();
    boolean is32 = branch != null && branch.is32();
    boolean constant = verdict.isConstant() && verdict.constant() >= 0 && verdict.constant() < 128;
    List<Vreg> uses = new ArrayList<>(comparison.uses());
    if (!constant) {
      uses.add(code.register(verdict));
    }
    int number = constant ? (int) verdict.constant() : 0;
    Node node =
        code.add(
            (dst, r) ->
                new Slot.Exit(
                    Opcode.exit(condition),
                    is32,
                    comparison.left(r),
                    comparison.right(r),
                    constant ? Operand.constant(number) : Operand.register(r[r.length - 1])),
            null,
            uses,
            origin);
    departures.add(new Departure(node, null));
  }

  /** Writes what the phis of a block get when control comes from another. */
  private void writePhis(Block from, Block to) {
    int index = to.predecessors().indexOf(from);
    List<Value> phis = to.phis();
    Map<Value, Vreg> early = new HashMap<>();
    Set<Vreg> written = writtenBetween(from, to);
    for (Value phi : phis) {
      // What stands in a register that is about to be written, as another phi's, is read before.
      Value incoming = phi.operand(index);
      boolean moved = incoming != phi && !code.isThere(incoming, phi);
      if (moved && (phis.contains(incoming) || written.contains(registers.of(incoming)))) {
        early.put(incoming, code.copy(code.register(incoming)));
      }
    }
    for (Value phi : phis) {
      Value incoming = phi.operand(index);
      if (incoming != phi && !code.isThere(incoming, phi)) {
        writePhi(phi, incoming, early.get(incoming));
      }
    }
  }

  private void writePhi(Value phi, Value incoming, Vreg early) {
    int address = registers.spillAddress(phi);
    Vreg home = registers.of(phi);
    Integer immediate = TraceCode.immediate(incoming, false);
    if (address >= 0) {
      code.storeSpilled(early != null ? early : code.register(incoming), address, Value.NO_ORIGIN);
    } else if (home != null) {
      List<Vreg> uses =
          immediate != null ? List.of() : List.of(early != null ? early : code.register(incoming));
      code.add(
          (dst, r) -> new Slot.Alu(Opcode.MOV, false, dst, 0, TraceCode.operand(immediate, 0, r)),
          home,
          uses,
          Value.NO_ORIGIN);
      code.setContents(home, incoming);
    } else {
      throw new IllegalStateException(phi + " has no place");
    }
  }
}
