package org.weft.hw.core

import org.weft.hw.config.NicConfig
import spinal.core._
import spinal.lib._

/** What a row asks of its packet's logical CPU, see docs/microarchitecture.md, [P7]; the numbers are
  * those of `org.weft.sim.nic.CpuSection.Mark`.
  */
object CpuMark {
  val Open = 0
  val Kept = 1
  val Alone = 2
  val Last = 3
}

/** Which logical CPUs of a core have a packet that is alone, and which contexts wait for that. */
case class CpuSection(config: NicConfig) extends Component {
  import config.{contextWidth, coreCpus, coreCpuWidth, halfContexts}

  val io = new Bundle {

    /** The row in its memory stage, if nothing else keeps it from its effects. */
    val may = in Bool ()
    val mark = in UInt (2 bits)
    val half = in UInt (1 bits)
    val context = in UInt (contextWidth bits)
    val cpu = in UInt (coreCpuWidth bits)

    /** It has none, since another packet is alone on its CPU. */
    val waits = out Bool ()

    val ends = Vec(slave(Flow(UInt(contextWidth bits))), 2)
    val parked, alone = Vec(out(Bits(halfContexts bits)), 2)
  }

  private val busy = Reg(Bits(coreCpus bits)) init 0
  private val alone, parked = Seq.fill(2)(Reg(Bits(halfContexts bits)) init 0)
  private def cpu(number: UInt): Bits = if (coreCpus == 1) B(1) else UIntToOh(number, coreCpus)

  private val isAlone = Mux(io.half.asBool, alone(1)(io.context), alone(0)(io.context))
  private val isBusy = if (coreCpus == 1) busy(0) else busy(io.cpu)
  io.waits := io.mark(1) && isBusy && !isAlone
  private val goes = io.may && !io.waits
  private val takes = goes && io.mark === CpuMark.Alone
  private val leaves = goes && isAlone && (io.mark === CpuMark.Open || io.mark === CpuMark.Last)

  // The CPU of whom is alone: a context's packet ends when its row is long gone.
  private val ended = for ((end, h) <- io.ends.zipWithIndex) yield {
    val left = end.valid && alone(h)(end.payload)
    if (coreCpus == 1) left #* 1 else {
      val cpus = Mem(UInt(coreCpuWidth bits), 1 << contextWidth)
      cpus.write(io.context, io.cpu, takes && io.half === h)
      Mux(left, cpu(cpus.readAsync(end.payload)), B(0, coreCpus bits))
    }
  }
  private val none = B(0, coreCpus bits)
  private val left = Mux(leaves, cpu(io.cpu), none) | ended.reduce(_ | _)
  busy := (busy | Mux(takes, cpu(io.cpu), none)) & ~left
  for (h <- 0 until 2) {
    val here = Mux(io.half === h, UIntToOh(io.context, halfContexts), B(0, halfContexts bits))
    val end = io.ends(h)
    alone(h) := (alone(h) | (here & takes #* halfContexts)) & ~(here & leaves #* halfContexts) &
      ~Mux(end.valid, UIntToOh(end.payload, halfContexts), B(0, halfContexts bits))
    parked(h) := (parked(h) | (here & (io.may && io.waits) #* halfContexts)) & ~(left.orR #* halfContexts)
    io.parked(h) := parked(h)
    io.alone(h) := alone(h)
  }
}

/** The number that a logical CPU has among those of its core. */
object CoreCpu {
  def apply(config: NicConfig, cpu: UInt): UInt =
    if (config.coreCpus == 1) U(0, 1 bits)
    else cpu.muxListDc((0 until 1 << config.cpuWidth).map(n =>
      n -> U(n / config.cores % config.coreCpus, config.coreCpuWidth bits)))
}
