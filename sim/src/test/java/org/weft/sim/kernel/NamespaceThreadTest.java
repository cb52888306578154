package org.weft.sim.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.weft.isa.InputException;

class NamespaceThreadTest {
  @Test
  void workRunsThereAndItsFailuresComeBack() {
    Objects.assumeAvailable();
    long[] result = new long[1];
    try (NamespaceThread thread = NamespaceThread.start(result)) {
      Thread[] ran = new Thread[1];
      thread.run(() -> ran[0] = Thread.currentThread());
      assertEquals("weft-kernel", ran[0].getName());
      thread.run(() -> thread.run(() -> ran[0] = null));
      assertEquals(null, ran[0]);
      InputException thrown = new InputException("no");
      assertEquals(
          thrown,
          assertThrows(
              InputException.class,
              () ->
                  thread.run(
                      () -> {
                        throw thrown;
                      })));
      thread.run(() -> ran[0] = Thread.currentThread());
      assertEquals("weft-kernel", ran[0].getName());
    }
  }

  @Test
  void interruptedCallersGetTheirResultAndStayInterrupted() {
    Objects.assumeAvailable();
    long[] result = new long[1];
    try (NamespaceThread thread = NamespaceThread.start(result)) {
      Thread.currentThread().interrupt();
      int[] count = new int[1];
      for (int i = 0; i < 1000; i++) {
        thread.run(() -> count[0]++);
      }
      assertEquals(1000, count[0]);
    } finally {
      assertTrue(Thread.interrupted());
    }
  }

  @Test
  void sleepingThreadWakesForWork() throws InterruptedException {
    Objects.assumeAvailable();
    long[] result = new long[1];
    try (NamespaceThread thread = NamespaceThread.start(result)) {
      int[] count = new int[1];
      for (int i = 0; i < 20; i++) {
        Thread.sleep(2);
        thread.run(() -> count[0]++);
      }
      assertEquals(20, count[0]);
    }
  }
}
