package org.weft.sim.nic;

import java.util.ArrayDeque;
import org.weft.sim.map.Table;

/**
 * What the table writer does behind the memory port, in clocks of its own, which last until that is
 * done. See docs/microarchitecture.md, [T7].
 */
final class OutsideSteps {
  /** Clocks from when a beat, or an answer, comes to the end of the writer's clock. */
  private static final int ENDS = 1;

  /** Words of a beat of a key that the writer writes. */
  private static final int KEY_WORDS = 2;

  private static final long NEVER = Long.MAX_VALUE;

  private final MemoryPort port;
  private final OutsideEngine engine;
  private final ArrayDeque<Step> steps = new ArrayDeque<>();

  /** Something of a clock of the writer. */
  abstract static class Step {
    final long at;
    private boolean isBegun;

    /** When it is done. */
    long done = NEVER;

    Step(long at) {
      this.at = at;
    }

    abstract void begin(long now);

    /** A clock. */
    void step(long now) {}
  }

  OutsideSteps(MemoryPort port, OutsideEngine engine) {
    this.port = port;
    this.engine = engine;
  }

  /** Whether the writer's clock of this number ends in a clock. */
  boolean isDone(long at, long now) {
    Step step = steps.peek();
    if (step == null || step.at > at) {
      return true;
    }
    if (!step.isBegun) {
      step.isBegun = true;
      step.begin(now);
      return false;
    }
    step.step(now);
    if (step.done > now) {
      return false;
    }
    steps.remove();
    return true;
  }

  void readBuckets(long at) {
    read(2, at);
  }

  /** A key of so many beats of 16 bytes. */
  void readKey(int beats, long at) {
    read((int) MapPlaces.memoryBeats(beats), at);
  }

  private void read(int beats, long at) {
    steps.add(
        new Step(at) {
          @Override
          void begin(long now) {
            for (int i = 0; i < beats; i++) {
              boolean isLast = i == beats - 1;
              MemoryPort.Read beat =
                  new MemoryPort.Read() {
                    @Override
                    void happens(long then) {
                      done = isLast ? asked + port.latency() + MemoryPort.BEAT_COMES + ENDS : NEVER;
                    }
                  };
              port.read(MemoryPort.Reader.WRITER, beat, now + 1);
            }
          }
        });
  }

  /** A slot is written; what it changes happens when memory has it, something at once. */
  void writeSlot(Runnable atOnce, Runnable change, long at) {
    steps.add(
        new Step(at) {
          @Override
          void begin(long now) {
            atOnce.run();
            write(this, change, now + 1);
          }
        });
  }

  private void write(Step step, Runnable change, long from) {
    port.writeAlone(
        new MemoryPort.Write() {
          @Override
          void answered(long now) {
            change.run();
            step.done = now + ENDS;
          }
        },
        from);
  }

  /** What is in a slot moves to the other bucket: first it is in both. */
  void moveSlot(Table table, TableJob job, long at) {
    steps.add(
        new Step(at) {
          private int old;
          private boolean isThere;
          private boolean waits;

          @Override
          void begin(long now) {
            write(this, () -> old = table.copy(job.key(), 0), now + 1);
          }

          @Override
          void step(long now) {
            if (waits && engine.isQuiet()) {
              waits = false;
              write(this, () -> table.clear(old), now + 1);
            } else if (!isThere && done <= now) {
              isThere = true;
              waits = true;
              done = NEVER;
              engine.remove();
            }
          }
        });
  }

  /** A beat of a key is written, some time. */
  void writeKey(long now) {
    for (int i = 0; i < KEY_WORDS; i++) {
      port.write(
          new MemoryPort.Write() {
            @Override
            void answered(long then) {}
          },
          now + 1);
    }
  }
}
