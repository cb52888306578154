package org.weft.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.weft.compiler.object.Program;
import org.weft.isa.RefusedException;
import org.weft.isa.image.ProgramImage;
import org.weft.sim.lockstep.LockStep;
import org.weft.sim.nic.NicOptions;
import org.weft.sim.rtl.RtlModel;
import org.weft.sim.trace.TraceReader;

/** A trace through engine sim and the hardware, clock by clock. */
final class LockStepRun {
  private static final int BATCH = 1024;

  private final Setup setup;
  private final Program program;
  private final NicOptions options;
  private final long stalls;
  private final Path wave;

  LockStepRun(Setup setup, Program program, Arguments arguments) {
    this.setup = setup;
    this.program = program;
    options = new NicOptions(setup.memoryLatency(), arguments.has("cpu"));
    stalls = arguments.longNumber("stalls", 0, Long.MIN_VALUE, Long.MAX_VALUE);
    wave = arguments.fst();
  }

  /**
   * Compares all packets, until the first difference; shows that one in a wave if that is wanted.
   */
  void verify(VerifyReport report) throws IOException {
    ProgramImage image;
    try {
      image = setup.image(program);
    } catch (RefusedException e) {
      report.refused(Setup.SIM, e.getMessage());
      return;
    }
    setup.requireCpu(image.machine());
    LockStep.Setting setting =
        new LockStep.Setting(image, setup.options(), options, stalls, setup::fill);
    LockStep both;
    try {
      both = new LockStep(setting, null);
    } catch (RefusedException e) {
      report.refused(Setup.RTL, e.getMessage());
      return;
    }
    try (LockStep lockStep = both) {
      run(lockStep);
      report.verified(List.of(lockStep.found()));
      if (lockStep.divergence() != null) {
        report.around(lockStep.divergence().window());
      }
      if (wave != null && lockStep.divergence() != null) {
        show(setting, lockStep.divergence().clock());
      }
    }
  }

  /** The same once more, with the clocks around a difference in waves. */
  private void show(LockStep.Setting setting, long clock) throws IOException {
    try (LockStep again = new LockStep(setting, LockStep.Waves.around(wave, clock))) {
      run(again);
    }
  }

  private void run(LockStep lockStep) throws IOException {
    List<RtlModel.Offer> batch = new ArrayList<>();
    try (TraceReader trace = setup.trace();
        Progress progress = new Progress(setup.traceBytes())) {
      boolean equal = true;
      for (long number = 0; equal && setup.wants(number) && trace.next(); number++) {
        String reason = Setup.tooLong(trace.length());
        if (reason == null) {
          batch.add(setup.offer(trace));
        } else {
          lockStep.found().leftOut(reason);
        }
        if (batch.size() == BATCH) {
          equal = lockStep.run(batch);
          batch.clear();
        }
        progress.step(number, trace);
      }
      if (equal && (batch.isEmpty() || lockStep.run(batch))) {
        lockStep.finish();
      }
    }
  }
}
