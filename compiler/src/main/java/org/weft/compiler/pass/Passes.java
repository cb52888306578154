package org.weft.compiler.pass;

import static java.util.Map.entry;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** The passes in the order in which they run. */
public final class Passes {
  /** All of them. */
  public static final List<Pass> ALL =
      List.of(
          new Simplification(),
          new StackValues(),
          new StackStores(),
          new Simplification(),
          new ArrayLookups(),
          new MapArguments(),
          new Simplification(),
          new Numbering(),
          new WideLoads(),
          new Forwarding(),
          new ImpliedBranches(),
          new Simplification(),
          new Rotations(),
          new IfConversion(),
          new LengthChecks(),
          new BranchOrder(),
          new Unrolling(),
          new TailDuplication(1.0, 8),
          new BranchOrder(),
          new ChecksumFolds(),
          new AtomicFusion(),
          new StackStores(),
          new WideStores(),
          new SwapFusion(),
          new StoreSinking(),
          new Forwarding(),
          new Numbering(),
          new Simplification(),
          new Reassociation(),
          new Numbering(),
          new Simplification(false),
          new EarlyBranches());

  /** Names of those that make programs larger. */
  public static final Set<String> GROWING = Set.of("unroll", "duplicate");

  private static final Map<String, String> PURPOSES =
      Map.ofEntries(
          entry("simplify", "constants, copies, algebra, known bits and ranges"),
          entry("stack-values", "stack slots to values; short keys and values into registers"),
          entry("stack-stores", "stores to the stack that nobody reads are removed"),
          entry("array-lookups", "lookups in known arrays become arithmetic"),
          entry(
              "map-arguments", "what calls read in map values goes to them in registers or stack"),
          entry("number", "what was computed or loaded before is not computed again"),
          entry("widen-loads", "adjacent loads become one of up to eight bytes"),
          entry("forward", "loads of what was stored before become the stored number"),
          entry("imply", "branches that follow from those before are removed"),
          entry("if-convert", "minimum, maximum, carries and selections instead of branches"),
          entry("rotate", "two shifts that make a rotation become one instruction"),
          entry("fold-checksums", "ones' complement sums in one instruction"),
          entry("merge-checks", "checks of the length with the same verdict become one"),
          entry("order-branches", "of comparisons with several constants the likely one first"),
          entry("duplicate", "the likely way gets its own copy of what follows a merge"),
          entry("unroll", "bodies of small loops one behind the other"),
          entry("fuse-atomics", "load, add and store of a map value become one operation"),
          entry("widen-stores", "adjacent stores become one of up to eight bytes"),
          entry("fuse-swaps", "byte swaps become part of loads and stores"),
          entry("sink-stores", "stores to the stack move to the ways that read them"),
          entry("advance-branches", "branches known early go before stores that take longer"),
          entry("reassociate", "chains of one operation become flat trees"));

  private Passes() {}

  /** What the pass of a name does, in a few words for people; empty for no pass. */
  public static String purpose(String name) {
    return PURPOSES.getOrDefault(name, "");
  }
}
