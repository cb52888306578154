package org.weft.sim.rows;

import java.util.List;
import org.weft.isa.image.ProgramImage;
import org.weft.sim.engine.Engine;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.engine.ProgramFault;
import org.weft.sim.map.MapTable;
import org.weft.sim.network.NetworkMaps;
import org.weft.sim.packet.PacketBuffer;

/** Executes the rows of an image on one packet after the other. */
public final class RowsEngine implements Engine {
  private static final int MAX_JUMPS_BACK = 1 << 26;

  private final ProgramImage image;
  private final MapTable maps;
  private final RowCode[] code;
  private final RowState state;
  private int row;
  private long rows;

  /** How often each row was executed; null when nobody asks. */
  private long[] counts;

  /**
   * An engine for the first program of an image.
   *
   * @throws org.weft.isa.InputException when a map cannot be made
   */
  public RowsEngine(ProgramImage image, EngineOptions options) {
    this(image, options, new byte[0]);
  }

  private RowsEngine(ProgramImage image, EngineOptions options, byte... argument) {
    this.image = image;
    List<String> programs = image.entries().stream().map(ProgramImage.Entry::program).toList();
    maps = new MapTable(image.maps(), programs, options.cpus(), MapTable.Model.HARDWARE);
    NetworkMaps.fill(options.network(), maps);
    code = new RowCompiler(image, false).rows();
    state = new RowState(image, maps, options.seed(), options.network(), argument);
  }

  /**
   * Runs the image of a bare program: r1 is the memory's address (0 when it is empty), r2 its
   * length.
   *
   * @return r0
   */
  public static long exec(ProgramImage image, byte[] memory) {
    RowsEngine engine = new RowsEngine(image, EngineOptions.DEFAULT, memory);
    long address = memory.length == 0 ? 0 : RowMemory.ARGUMENT_BASE;
    return engine.execute(new PacketBuffer(), address, memory.length);
  }

  @Override
  public String name() {
    return "rows";
  }

  @Override
  public int run(PacketBuffer packet) {
    return (int) execute(packet, RowState.CONTEXT, 0);
  }

  private long execute(PacketBuffer packet, long r1, long r2) {
    state.start(packet, r1, r2);
    maps.drainRings();
    try {
      run(image.entries().get(0).row());
      return state.verdict;
    } catch (ProgramFault e) {
      throw new ProgramFault(image.place(row) + ": " + e.getMessage());
    }
  }

  private void run(int first) {
    int jumpsLeft = MAX_JUMPS_BACK;
    row = first;
    rows = 0;
    while (true) {
      rows++;
      if (counts != null) {
        counts[row]++;
      }
      int next = code[row].run(state);
      if (next == RowCode.EXIT) {
        return;
      }
      if (next == RowCode.TAIL_CALL) {
        next = state.tailCall();
      } else if (next <= row && --jumpsLeft < 0) {
        throw new ProgramFault(
            "loops without end (" + MAX_JUMPS_BACK + " jumps back); bound the loop");
      }
      row = next;
    }
  }

  /** Counts from now on how often each row is executed. */
  public void countRows() {
    counts = new long[image.rows().size()];
  }

  /** How often each row was executed since {@link #countRows}; the sum is that of all packets. */
  public long[] rowCounts() {
    return counts.clone();
  }

  @Override
  public long rowsExecuted() {
    return rows;
  }

  @Override
  public boolean hasHardwareTables() {
    return true;
  }

  @Override
  public MapTable maps() {
    return maps;
  }
}
