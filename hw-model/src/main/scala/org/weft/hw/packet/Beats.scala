package org.weft.hw.packet

import org.weft.hw.config.NicConfig
import spinal.core._
import spinal.lib._

/** What a packet brings with it beside its bytes, and keeps. */
case class Origin(config: NicConfig) extends Bundle {
  val ifindex = UInt(16 bits)
  val queue = UInt(16 bits)

  /** When it came, in nanoseconds. */
  val time = UInt(64 bits)
  val cpu = UInt(config.cpuWidth bits)

  /** Number of the packet: its random numbers follow from it. */
  val number = UInt(32 bits)
}

/** A packet that a half's queue holds. */
case class Arriving(config: NicConfig) extends Bundle {

  /** The bank of rows that its program is in. */
  val bank = Bool()
  val length = UInt(config.lengthWidth bits)
  val port = UInt(config.portWidth bits)
}

/** What became of a packet, and how it leaves. */
case class Departing(config: NicConfig) extends Bundle {
  val bank = Bool()
  val fate = UInt(3 bits)

  /** Where it is redirected to, see [[Target]]. */
  val target = UInt(Target.Width bits)

  /** Bytes that leave, and how many of them, the first, are metadata. */
  val metadata = UInt(8 bits)
  val length = UInt(config.lengthWidth bits)
  val port = UInt(config.portWidth bits)
  val ifindex = UInt(16 bits)
  val queue = UInt(16 bits)

  /** Number of the packet, for simulation. */
  val number = if (config.trace) UInt(32 bits) else null
}

/** Fates that a program decides, as verdicts are numbered. */
object Verdict {
  val Aborted = 0
  val Drop = 1
  val Pass = 2
  val Tx = 3
  val Redirect = 4

  /** Whether a packet with this verdict leaves, as far as the program decides. */
  def leaves(fate: UInt): Bool = fate >= Pass
}

/** A queue of small entries, whose oldest is seen at once. Nobody pushes to a full one.
  *
  * @param capacity entries, rounded up to a power of two
  */
case class SmallQueue[T <: Data](kind: HardType[T], capacity: Int) extends Component {
  val width: Int = log2Up(capacity) max 1

  val io = new Bundle {
    val push = slave(Flow(kind()))
    val pop = in Bool ()
    val head = out(kind())
    val isEmpty = out Bool ()
    val size = out UInt (width + 1 bits)
  }

  private val entries = Mem(kind(), 1 << width)
  private val first, last = Reg(UInt(width + 1 bits)) init 0
  entries.write(last.resize(width), io.push.payload, io.push.valid)
  when(io.push.valid)(last := last + 1)
  when(io.pop)(first := first + 1)
  io.head := entries.readAsync(first.resize(width))
  io.isEmpty := first === last
  io.size := last - first
}

/** A queue of wide words in memory with a registered output: what is written in a clock can be taken
  * two clocks later; `head` is what `first` of the clock before pointed to.
  */
case class WideQueue[T <: Data](kind: HardType[T], capacity: Int, masks: Int = 1) extends Component {
  val width: Int = log2Up(capacity) max 1

  val io = new Bundle {
    val push = slave(Flow(kind()))
    val place = in UInt (width bits)
    val mask = in Bits (masks bits)
    val first = in UInt (width bits)
    val head = out(kind())
  }

  private val words = Mem(kind(), 1 << width)
  words.write(io.place, io.push.payload, io.push.valid, if (masks > 1) io.mask else null)
  io.head := words.readSync(io.first)
}
