package org.weft.sim.validate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.XdpAction;
import org.weft.sim.ref.Observer;

/** What {@code ref} did in one run: edges with their operands, calls with their keys. */
final class Recorder implements Observer {
  /** A call that was given a map, or that can fail. */
  record Call(HelperFunction helper, int map, Bytes key, long result) {
    /** Whether there was such an entry, or the call did what it was to do. */
    boolean succeeded() {
      return switch (helper) {
        case MAP_LOOKUP_ELEM -> result != 0;
        case REDIRECT_MAP -> result == XdpAction.REDIRECT.ordinal();
        default -> result >= 0;
      };
    }
  }

  /** The operands of a conditional jump; see {@link Observer#jump}. */
  record Operands(long left, long right, boolean inPacket) {}

  /** Jumps that are kept; a loop repeats itself long before. */
  private static final int MAX_JUMPS = 4096;

  private static final int MAX_CALLS = 64;

  /** Kinds of results: zero, negative, positive. */
  private static final int RESULTS = 3;

  /** How near operands are: one less, equal, one more. */
  static final int NEARNESS = 3;

  private final Edges edges;
  private final int[] counts;
  private int[] touched = new int[64];
  private int touchedCount;
  private final int[] jumps = new int[MAX_JUMPS];
  private final long[] left = new long[MAX_JUMPS];
  private final long[] right = new long[MAX_JUMPS];
  private final boolean[] inPacket = new boolean[MAX_JUMPS];
  private int jumpCount;
  private long path;
  private List<Call> calls = new ArrayList<>();
  private boolean callsLost;

  Recorder(Edges edges) {
    this.edges = edges;
    counts = new int[features()];
  }

  /**
   * Features are numbered below this: edges first, then kinds of results of calls, then how near
   * the operands of jumps were.
   */
  int features() {
    return near(0, 0) + edges.limit() / 2 * NEARNESS;
  }

  /** The feature that the operands of an edge's jump were equal (1), or one less or more (0, 2). */
  int near(int edge, int how) {
    return edges.limit() / 2 * (2 + RESULTS) + edge / 2 * NEARNESS + how;
  }

  /** Forgets the last run. */
  void begin() {
    for (int i = 0; i < touchedCount; i++) {
      counts[touched[i]] = 0;
    }
    touchedCount = 0;
    jumpCount = 0;
    path = 0;
    calls = new ArrayList<>();
    callsLost = false;
  }

  private void step(int feature) {
    count(feature);
    path = (path ^ feature) * 0x9E3779B97F4A7C15L;
    path ^= path >>> 32;
  }

  private void count(int feature) {
    if (counts[feature]++ == 0) {
      if (touchedCount == touched.length) {
        touched = Arrays.copyOf(touched, 2 * touchedCount);
      }
      touched[touchedCount++] = feature;
    }
  }

  @Override
  public void jump(
      int program, int instruction, boolean taken, long a, long b, boolean bothInPacket) {
    int edge = edges.number(program, instruction, taken);
    step(edge);
    long distance = edges.isNarrow(edge) ? (int) a - (int) b : a - b;
    if (distance >= -1 && distance <= 1) {
      count(near(edge, (int) distance + 1));
    }
    if (jumpCount < MAX_JUMPS) {
      jumps[jumpCount] = edge;
      left[jumpCount] = a;
      right[jumpCount] = b;
      inPacket[jumpCount++] = bothInPacket;
    }
  }

  @Override
  public void call(
      int program, int instruction, HelperFunction helper, int map, Bytes key, long result) {
    Call call = new Call(helper, map, key, result);
    int edge = edges.number(program, instruction, call.succeeded());
    if (edges.isPresent(edge)) {
      step(edge);
    }
    int kind = result == 0 ? 0 : result < 0 ? 1 : 2;
    step(edges.limit() + edges.number(program, instruction, false) / 2 * RESULTS + kind);
    if (map >= 0 && calls.size() < MAX_CALLS) {
      calls.add(call);
    } else {
      callsLost |= map >= 0;
    }
  }

  /** The features of the run, each once. */
  int[] reached() {
    return Arrays.copyOf(touched, touchedCount);
  }

  int times(int feature) {
    return counts[feature];
  }

  /** A number that stands for the order of all that happened. */
  long path() {
    return path;
  }

  /** The calls with maps, in order; the list stays as it is. */
  List<Call> calls() {
    return calls;
  }

  /** Whether there were more calls with maps than are kept. */
  boolean hasLostCalls() {
    return callsLost;
  }

  /** The operands of the jump that an edge belongs to, each time it was executed. */
  List<Operands> operands(int edge) {
    List<Operands> all = new ArrayList<>();
    for (int i = 0; i < jumpCount; i++) {
      if (jumps[i] >> 1 == edge >> 1) {
        all.add(new Operands(left[i], right[i], inPacket[i]));
      }
    }
    return all;
  }

  /** Whether the run came to the jump that an edge belongs to, or did its call. */
  boolean isAt(int edge) {
    return counts[edge] + counts[edge ^ 1] > 0;
  }

  /** The n-th of {@link #operands}, or null. */
  Operands operands(int edge, int occurrence) {
    int seen = 0;
    for (int i = 0; i < jumpCount; i++) {
      if (jumps[i] >> 1 == edge >> 1 && seen++ == occurrence) {
        return new Operands(left[i], right[i], inPacket[i]);
      }
    }
    return null;
  }
}
