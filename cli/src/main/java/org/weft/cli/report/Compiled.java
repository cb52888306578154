package org.weft.cli.report;

import org.weft.compiler.Compilation;
import org.weft.compiler.CompilerOptions;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.image.ProgramImage;

/**
 * What a report is about.
 *
 * @param file the object's file
 * @param object the object
 * @param program the program that was asked for
 * @param options how it was compiled
 * @param compilation what came of it
 * @param trace what its rows did on the trace of the profile, or null
 */
public record Compiled(
    String file,
    XdpObject object,
    Program program,
    CompilerOptions options,
    Compilation compilation,
    Trace trace) {

  /**
   * What rows did on a trace.
   *
   * @param file the trace's file
   * @param packets that were run, at least one
   * @param executions by row: how often it was executed
   */
  public record Trace(String file, long packets, long... executions) {
    /** Rows executed for a packet. */
    double rowsPerPacket() {
      long sum = 0;
      for (long count : executions) {
        sum += count;
      }
      return (double) sum / packets;
    }
  }

  ProgramImage image() {
    return compilation.image();
  }
}
