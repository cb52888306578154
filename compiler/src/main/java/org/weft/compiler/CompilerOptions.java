package org.weft.compiler;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.pass.Pass;
import org.weft.compiler.pass.Passes;
import org.weft.compiler.profile.Profile;
import org.weft.compiler.schedule.Scheduler;
import org.weft.compiler.schedule.TraceScheduling;
import org.weft.isa.InputException;

/**
 * How to compile.
 *
 * @param skipped names of passes that do not run
 * @param last name of the pass after which no other runs, or null
 * @param watcher is shown the graph after each pass
 * @param profiles by program: which way its jumps went; where nothing is known, likelihoods are
 *     guessed
 * @param scheduler puts operations into rows
 */
public record CompilerOptions(
    Set<String> skipped,
    String last,
    Watcher watcher,
    Map<String, Profile> profiles,
    Scheduler scheduler) {
  private static final Watcher NOBODY = (step, pass, graph) -> {};

  /** Every pass, and nobody watches. */
  public static final CompilerOptions DEFAULT =
      new CompilerOptions(Set.of(), null, NOBODY, Map.of());

  /** Options with the compiler's own scheduler. */
  public CompilerOptions(
      Set<String> skipped, String last, Watcher watcher, Map<String, Profile> profiles) {
    this(skipped, last, watcher, profiles, new TraceScheduling());
  }

  /** The same with another scheduler. */
  public CompilerOptions with(Scheduler other) {
    return new CompilerOptions(skipped, last, watcher, profiles, other);
  }

  /** Whether somebody watches, and so wants one thing after the other. */
  boolean isWatched() {
    return watcher != NOBODY;
  }

  /** The same without some more passes. */
  public CompilerOptions without(Set<String> passes) {
    Set<String> all = new TreeSet<>(skipped);
    all.addAll(passes);
    return new CompilerOptions(all, last, watcher, profiles, scheduler);
  }

  /** Sees what passes do. */
  public interface Watcher {
    /**
     * A step is done.
     *
     * @param step number of the step, from 0 for the construction
     * @param pass the pass's name
     * @param graph what it left; not to be changed
     */
    void after(int step, String pass, Graph graph);
  }

  /**
   * Options by names.
   *
   * @throws InputException when there is no pass of a name; the message lists those there are
   */
  public CompilerOptions {
    skipped = Set.copyOf(skipped);
    profiles = Map.copyOf(profiles);
    Set<String> names = new TreeSet<>();
    Passes.ALL.stream().map(Pass::name).forEach(names::add);
    Set<String> given = new TreeSet<>(skipped);
    if (last != null) {
      given.add(last);
    }
    for (String name : given) {
      if (!names.contains(name)) {
        throw new InputException("no pass " + name + "; there are " + String.join(", ", names));
      }
    }
  }
}
