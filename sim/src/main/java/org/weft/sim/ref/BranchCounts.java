package org.weft.sim.ref;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.compiler.profile.Profile;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.HelperFunction;

/** Counts which way the conditional jumps of an object's programs go. */
public final class BranchCounts implements Observer {
  private final List<Program> programs;

  /** By program: twice the instruction's index, plus one where the jump is taken. */
  private final long[][] counts;

  /** Counts for the programs of an object, all zero. */
  public BranchCounts(XdpObject object) {
    programs = object.programs();
    counts = new long[programs.size()][];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new long[2 * programs.get(i).code().size()];
    }
  }

  @Override
  public void jump(
      int program, int instruction, boolean taken, long left, long right, boolean inPacket) {
    counts[program][2 * instruction + (taken ? 1 : 0)]++;
  }

  @Override
  public void call(
      int program, int instruction, HelperFunction helper, int map, Bytes key, long result) {
    // Calls go one way.
  }

  /** What was counted so far, by program. */
  public Map<String, Profile> profiles() {
    Map<String, Profile> profiles = new LinkedHashMap<>();
    for (int i = 0; i < counts.length; i++) {
      profiles.put(programs.get(i).name(), profile(counts[i]));
    }
    return profiles;
  }

  private static Profile profile(long... counts) {
    Map<Integer, Profile.Outcomes> jumps = new HashMap<>();
    for (int i = 0; i < counts.length; i += 2) {
      if (counts[i] + counts[i + 1] > 0) {
        jumps.put(i / 2, new Profile.Outcomes(counts[i + 1], counts[i]));
      }
    }
    return new Profile(jumps);
  }
}
