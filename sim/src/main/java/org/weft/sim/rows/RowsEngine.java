package org.weft.sim.rows;

import java.util.List;
import org.weft.isa.image.ProgramImage;
import org.weft.sim.engine.Engine;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.engine.ProgramFault;
import org.weft.sim.helper.HelperCalls;
import org.weft.sim.map.MapTable;
import org.weft.sim.packet.PacketBuffer;

/** Executes the rows of an image on one packet after the other. */
public final class RowsEngine implements Engine {
  /** What stands for the context in a register: not null, and never dereferenced. */
  private static final long CONTEXT = 1;

  private final ProgramImage image;
  private final MapTable maps;
  private final RowMemory memory;
  private final HelperCalls helpers;
  private final RowExecutor executor;

  /**
   * An engine for the first program of an image.
   *
   * @throws org.weft.isa.InputException when a map cannot be made
   */
  public RowsEngine(ProgramImage image, EngineOptions options) {
    this(image, options, new byte[0]);
  }

  private RowsEngine(ProgramImage image, EngineOptions options, byte[] argument) {
    this.image = image;
    List<String> programs = image.entries().stream().map(ProgramImage.Entry::program).toList();
    maps = new MapTable(image.maps(), programs, options.cpus(), MapTable.Model.HARDWARE);
    memory = new RowMemory(maps, image.machine().stackBytes(), argument);
    helpers = new HelperCalls(maps, options.seed(), options.network());
    executor = new RowExecutor(new FlatRows(image), memory, new RowCalls(maps, helpers, image));
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
    return (int) execute(packet, CONTEXT, 0);
  }

  private long execute(PacketBuffer packet, long r1, long r2) {
    memory.packet = packet;
    helpers.begin();
    try {
      return executor.run(image.entries().get(0).row(), r1, r2);
    } catch (ProgramFault e) {
      throw new ProgramFault(place(executor.row()) + ": " + e.getMessage());
    }
  }

  private String place(int row) {
    for (ProgramImage.Origin origin : image.debug()) {
      if (origin.row() == row) {
        String line = origin.line() == 0 ? "" : " (" + origin.file() + ":" + origin.line() + ")";
        return "program "
            + image.entries().get(origin.entry()).program()
            + ", row "
            + row
            + ", insn "
            + origin.instruction()
            + line;
      }
    }
    return "row " + row;
  }

  /** Counts from now on how often each row is executed. */
  public void countRows() {
    executor.count(image.rows().size());
  }

  /** How often each row was executed since {@link #countRows}; the sum is that of all packets. */
  public long[] rowCounts() {
    return executor.counts();
  }

  @Override
  public long rowsExecuted() {
    return executor.rows();
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
