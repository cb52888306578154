package org.weft.hw

import org.junit.jupiter.api.Assertions.assertTrue
import spinal.core.ClockDomain
import spinal.core.sim._

/** A model beside a block: it gives inputs clock by clock, and judges what comes out. */
private[hw] trait ClockedBench {

  /** Inputs of a clock.
    *
    * @param goesOn whether new ones may begin
    */
  def drive(clock: Int, goesOn: Boolean): Unit

  /** Once the clock's signals have settled. */
  def check(clock: Int): Unit

  /** Whether all that began is over. */
  def isIdle: Boolean
}

private[hw] object ClockedBench {

  /** So many clocks in which something may begin, then as many as it takes to end, no more than as many again. */
  def run(domain: ClockDomain, clocks: Int, benches: ClockedBench*): Unit = {
    domain.forkStimulus(2)
    domain.waitSampling(4)
    var clock = 0
    while (clock < clocks || benches.exists(!_.isIdle)) {
      benches.foreach(_.drive(clock, clock < clocks))
      sleep(1)
      benches.foreach(_.check(clock))
      domain.waitSampling()
      clock += 1
      assertTrue(clock < 2 * clocks, "all ends")
    }
  }
}
