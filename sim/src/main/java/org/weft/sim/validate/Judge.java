package org.weft.sim.validate;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.InputException;
import org.weft.isa.RefusedException;
import org.weft.isa.image.ProgramImage;
import org.weft.sim.engine.Aspect;
import org.weft.sim.engine.Comparison;
import org.weft.sim.engine.Dependence;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.engine.Verification;
import org.weft.sim.map.MapTable;
import org.weft.sim.ref.RefEngine;
import org.weft.sim.rows.RowsEngine;

/** Runs scenarios in {@code ref} and {@code rows} and says in what they differ. */
final class Judge {
  private static final BitSet NONE = new BitSet();

  private final RefEngine ref;
  private final RowsEngine rows;
  private final int cpus;
  private final Dependence dependence;

  Judge(XdpObject object, Program program, ProgramImage image, EngineOptions options) {
    ref = new RefEngine(object, program, options);
    rows = new RowsEngine(image, options);
    cpus = options.cpus();
    dependence = Dependence.of(program, object.maps());
  }

  /** Bytes of values that a comparison has to look at. */
  long mapBytes() {
    long bytes = 0;
    for (int i = 0; i < ref.maps().size(); i++) {
      bytes += ref.maps().map(i).values().length;
    }
    return bytes;
  }

  /** The differences, one line each; empty when there are none. */
  List<String> differences(Scenario scenario) {
    prepare(ref.maps(), scenario);
    prepare(rows.maps(), scenario);
    Verification verification = new Verification(List.of(ref, rows), dependence);
    scenario.receive(verification.buffer(0), cpus);
    scenario.receive(verification.buffer(1), cpus);
    try {
      verification.run();
      verification.finish();
    } catch (InputException | RefusedException e) {
      throw e;
    } catch (RuntimeException e) {
      // ref was run before, so it is rows that broke: a defect, found all the same.
      return List.of("rows breaks: " + e);
    }
    Comparison comparison = verification.comparisons().get(0);
    if (!comparison.differs()) {
      return List.of();
    }
    List<String> texts = new ArrayList<>();
    for (Aspect aspect : Aspect.values()) {
      for (String text : comparison.tally(aspect).firstDifferences()) {
        texts.add(text.replaceFirst("^packet \\d+: ", ""));
      }
    }
    return texts;
  }

  /** The maps as they are before a scenario is run, inner maps included. */
  MapTable mapsOf(Scenario scenario) {
    prepare(ref.maps(), scenario);
    return ref.maps();
  }

  private static void prepare(MapTable maps, Scenario scenario) {
    maps.reset(NONE);
    scenario.fill(maps);
  }
}
