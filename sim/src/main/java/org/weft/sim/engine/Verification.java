package org.weft.sim.engine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.weft.sim.packet.PacketBuffer;

/**
 * Runs engines side by side, packet by packet, and compares each with the one before it.
 *
 * <p>A packet that one engine does not take is left out of all of them, so that their maps stay
 * comparable.
 */
public final class Verification {
  private final List<Engine> engines;
  private final List<Outcome> outcomes = new ArrayList<>();
  private final List<Comparison> comparisons = new ArrayList<>();
  private long run;
  private long leftOut;

  /** A verification of engines in the order in which they judge; two at least. */
  public Verification(List<? extends Engine> engines) {
    this(engines, Dependence.NONE);
  }

  /** The same for a program whose results may depend on what engines do not have in common. */
  public Verification(List<? extends Engine> engines, Dependence dependence) {
    this.engines = List.copyOf(engines);
    for (int i = 0; i < engines.size(); i++) {
      outcomes.add(new Outcome());
      if (i > 0) {
        comparisons.add(new Comparison(engines.get(i - 1), engines.get(i), dependence));
      }
    }
  }

  /** The buffers to put the next packet into, one for each engine. */
  public int buffers() {
    return outcomes.size();
  }

  /** The buffer of an engine, from 0. */
  public PacketBuffer buffer(int engine) {
    return outcomes.get(engine).packet;
  }

  /** Runs the packet that all buffers hold. */
  public void run() {
    for (int i = 0; i < outcomes.size(); i++) {
      Outcome outcome = outcomes.get(i);
      Optional<String> refused = engines.get(i).refuses(outcome.packet);
      if (refused.isPresent()) {
        leaveOut(refused.get());
        return;
      }
      outcome.incomparable = engines.get(i).incomparable(outcome.packet).orElse(null);
    }
    run++;
    // Packets grow as far as the smallest buffer allows, as Linux asks drivers for theirs.
    for (Engine engine : engines) {
      engine.buffers().ifPresent(m -> outcomes.forEach(outcome -> outcome.packet.holdIn(m)));
    }
    for (int i = 0; i < outcomes.size(); i++) {
      outcomes.get(i).run(engines.get(i));
    }
    for (int i = 0; i < comparisons.size(); i++) {
      Outcome left = outcomes.get(i);
      comparisons.get(i).packet(left.packet.number, left, outcomes.get(i + 1));
    }
  }

  /** Counts a packet that is not run, with the reason. */
  public void leaveOut(String reason) {
    leftOut++;
    for (Comparison comparison : comparisons) {
      comparison.leftOut(reason);
    }
  }

  /** Compares the maps, after the last packet. */
  public void finish() {
    for (Comparison comparison : comparisons) {
      comparison.maps();
    }
  }

  /** Packets that were run. */
  public long packets() {
    return run;
  }

  /** Packets that no engine ran because one does not take them. */
  public long leftOut() {
    return leftOut;
  }

  /** The comparisons, from the engine that judges all. */
  public List<Comparison> comparisons() {
    return Collections.unmodifiableList(comparisons);
  }
}
