package org.weft.bitstream.step;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A step of a flow, in a folder.
 *
 * @param name its name, and that of its log
 * @param does all that decides what it makes beside its inputs, as text
 * @param inputs files of the folder that it reads
 * @param outputs files that it makes
 * @param work how
 */
public record Step(String name, String does, List<String> inputs, List<String> outputs, Work work) {

  /** What a step does. */
  @FunctionalInterface
  public interface Work {

    /**
     * Makes the outputs.
     *
     * @param folder where the inputs are
     * @param part where the outputs are to be, in the folder
     * @param log for what is said on the way
     */
    void run(Path folder, Path part, Path log) throws IOException;
  }
}
