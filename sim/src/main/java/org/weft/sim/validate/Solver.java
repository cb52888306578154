package org.weft.sim.validate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;
import org.weft.sim.map.Little;
import org.weft.sim.packet.PacketBuffer;

/**
 * Changes a scenario that reaches an instruction so that it goes the other way there. From cheap to
 * dear: lengths where packet pointers are compared, map entries whose lookup decided, operands of
 * the comparison found again among the input's bytes, and last {@link Influence}.
 */
final class Solver {
  /** Times that one jump was executed of which the operands are looked at. */
  private static final int MAX_OCCURRENCES = 4;

  /** Entries with which a small map is filled up. */
  private static final int MAX_FILL = 256;

  private final Search search;
  private final Entries entries;
  private Pursuit pursuit;

  Solver(Search search, Entries entries) {
    this.search = search;
    this.entries = entries;
  }

  /**
   * Tries to reach a feature at an edge's jump or call, from a scenario that comes there.
   *
   * @param isThorough whether to take the dear ways, too
   */
  void solve(int at, int feature, Scenario witness, boolean isThorough) {
    pursuit = new Pursuit(search, at, feature);
    Scenario base = materialize(witness);
    if (!search.run(base) || pursuit.isDone()) {
      return;
    }
    List<Recorder.Call> calls = search.recorder.calls();
    pursuit.follow(calls);
    List<Recorder.Operands> all = search.recorder.operands(at);
    List<Recorder.Operands> operands = sample(all);
    for (Recorder.Operands operand : operands) {
      lengths(base, operand);
    }
    entries(base, calls);
    for (Recorder.Operands operand : operands) {
      if (!operand.inPacket() && !pursuit.isDone()) {
        new Substitution(base, operand, !search.edges.isNarrow(at)).each(pursuit::run);
      }
    }
    Influence influence = new Influence(search, pursuit, at);
    for (int i = 0; isThorough && i < Math.min(2, all.size()) && !pursuit.isDone(); i++) {
      influence.solve(base, i == 0 ? 0 : all.size() - 1);
    }
  }

  private static List<Recorder.Operands> sample(List<Recorder.Operands> all) {
    List<Recorder.Operands> some = new ArrayList<>();
    for (int i = 0; i < all.size() && some.size() < MAX_OCCURRENCES - 1; i++) {
      if (!some.contains(all.get(i))) {
        some.add(all.get(i));
      }
    }
    if (!all.isEmpty() && !some.contains(all.get(all.size() - 1))) {
      some.add(all.get(all.size() - 1));
    }
    return some;
  }

  /** The same scenario, in which the values that the program found in arrays are named. */
  private Scenario materialize(Scenario witness) {
    Scenario base = witness.copy();
    search.subject.run(base);
    for (Recorder.Call call : search.recorder.calls()) {
      boolean reads = call.helper() == HelperFunction.MAP_LOOKUP_ELEM && call.succeeded();
      if (reads && entries.isChangeable(call.map()) && entries.isArray(call.map())) {
        name(base, call.map(), call.key().toArray());
      }
    }
    List<MapDefinition> definitions = search.subject.maps().definitions();
    for (int map = 0; map < definitions.size(); map++) {
      if (definitions.get(map).isGlobalData() && entries.isChangeable(map)) {
        name(base, map, new byte[4]);
      }
    }
    return base;
  }

  private void name(Scenario base, int map, byte[] key) {
    if (base.find(map, key) < 0) {
      base.put(entries.initial(map, key));
    }
  }

  /** In case that the packet's end or length was compared: makes it come earlier or later. */
  private void lengths(Scenario base, Recorder.Operands operand) {
    long distance = operand.left() - operand.right();
    if (Math.abs(distance) > PacketBuffer.MAX_PACKET_BYTES) {
      return;
    }
    for (int more = -1; more <= 1; more++) {
      resize(base, base.frame.length + (int) distance + more);
      resize(base, base.frame.length - (int) distance + more);
    }
    if (!operand.inPacket()) {
      return;
    }
    resize(base, 0);
    resize(base, PacketBuffer.MAX_PACKET_BYTES);
    for (int length : new int[] {0, Math.abs((int) distance) + 3, Scenario.MAX_METADATA_BYTES}) {
      Scenario changed = base.copy();
      changed.resizeMetadata(length);
      if (!pursuit.run(changed)) {
        return;
      }
    }
  }

  private void resize(Scenario base, int length) {
    if (!pursuit.isDone()) {
      Scenario changed = base.copy();
      changed.resize(length);
      pursuit.run(changed);
    }
  }

  /** Adds what was looked up in vain, takes away what was found. */
  private void entries(Scenario base, List<Recorder.Call> calls) {
    for (int i = calls.size() - 1; i >= 0 && !pursuit.isDone(); i--) {
      Recorder.Call call = calls.get(i);
      if (!entries.isChangeable(call.map())) {
        continue;
      }
      byte[] key = call.key().toArray();
      if (call.helper() == HelperFunction.MAP_UPDATE_ELEM) {
        fill(base, call.map(), key);
      }
      for (MapEntry entry : entries.some(call.map(), key)) {
        Scenario changed = base.copy();
        changed.put(entry);
        if (!pursuit.run(changed)) {
          return;
        }
      }
      if (call.succeeded()) {
        remove(base, call);
      } else {
        index(base, call);
      }
    }
  }

  /** An index beyond the array: looks for it in the input and lowers it. */
  private void index(Scenario base, Recorder.Call call) {
    MapDefinition map = search.subject.maps().definitions().get(call.map());
    if (map.type().isIndexed() && call.key().length() == Integer.BYTES) {
      long index = (int) Little.INT.get(call.key().toArray(), 0) & 0xffffffffL;
      Recorder.Operands operands = new Recorder.Operands(index, map.maxEntries() - 1, false);
      new Substitution(base, operands, true).each(pursuit::run);
    }
  }

  private void remove(Scenario base, Recorder.Call call) {
    Bytes key = call.key();
    Scenario without = base.copy();
    boolean exact =
        without.entries.removeIf(
            e -> e.map() == call.map() && Arrays.equals(e.key(), key.toArray()));
    if (exact && !pursuit.run(without)) {
      return;
    }
    Scenario empty = base.copy();
    if (empty.entries.removeIf(e -> e.map() == call.map())) {
      pursuit.run(empty);
    }
  }

  /** Fills a small map with other keys, so that an update finds no room. */
  private void fill(Scenario base, int map, byte[] key) {
    long room = search.subject.maps().definitions().get(map).maxEntries();
    if (room > MAX_FILL || key.length < 2) {
      return;
    }
    Scenario full = base.copy();
    for (int i = 0; i <= room; i++) {
      byte[] other = key.clone();
      other[key.length - 1] ^= (byte) (i + 1);
      other[key.length - 2] ^= (byte) (i >> 8);
      full.put(entries.initial(map, other));
    }
    pursuit.run(full);
  }
}
