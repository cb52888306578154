package org.weft.hw.map

import org.weft.hw.config.{Bitwise, NicConfig}
import org.weft.hw.packet.SmallQueue
import spinal.core._
import spinal.lib._

/** Bytes from behind the memory port, and who waits for them. */
case class OutsideAnswer(config: NicConfig) extends Bundle {
  val waiter = Waiter(config)

  /** The eight bytes that an access reaches into: of two words, those of the second lie below its first byte. */
  val bytes = Bits(64 bits)
}

/** What comes back to a core from behind the memory port: answers, in a queue, and which contexts' posted accesses are not done. */
case class OutsideAnswers(config: NicConfig) extends Component {
  val io = new Bundle {
    val done = slave(Flow(OutsideDone(config)))
    val head = master(Flow(OutsideAnswer(config)))
    val pop = in Bool ()

    /** A posted access is on its way. */
    val posts = in Bool ()
    val waiter = in(Waiter(config))
    val posted = Vec(out(Bits(config.halfContexts bits)), 2)
    val isEmpty = out Bool ()
  }
  private val done = io.done
  private val asked = done.asked
  private val first = done.valid && !asked.ends
  private val held = RegNextWhen(Mux(asked.inside, done.word, B(0, 64 bits)), first)
  private val queue = SmallQueue(OutsideAnswer(config), 2 * config.halfContexts)
  queue.io.push.valid := done.valid && asked.answered && asked.ends
  queue.io.push.payload.waiter := asked.waiter
  queue.io.push.payload.bytes := Cat(for (i <- 0 until 8) yield
    Bitwise(Seq(held, done.word).map(_(8 * i, 8 bits)), asked.further && asked.waiter.offset <= i, asked.inside) {
      case (Seq(held, now), Seq(isHeld, isInside)) => Mux(isHeld, held, now && isInside)
    })
  queue.io.pop := io.pop
  io.head.valid := !queue.io.isEmpty
  io.head.payload := queue.io.head

  // Posted accesses are done in their order: of each context the number of its last one is known.
  private val ends = done.valid && asked.ends && !asked.answered
  private val width = log2Up(2 * OutsideChannel.Reads)
  private val (begun, ended) = (Reg(UInt(width bits)) init 0, Reg(UInt(width bits)) init 0)
  when(io.posts)(begun := begun + 1)
  when(ends)(ended := ended + 1)
  private val last = Mem(UInt(width bits), 2 << config.contextWidth)
  private def number(waiter: Waiter): UInt = waiter.half @@ waiter.context
  last.write(number(io.waiter), begun, io.posts)
  private val isLast = ends && last.readAsync(number(asked.waiter)) === ended
  for (h <- 0 until 2) {
    val posted = Reg(Bits(config.halfContexts bits)) init 0
    def of(waiter: Waiter, when: Bool): Bits =
      Mux(when && waiter.half === h, UIntToOh(waiter.context, config.halfContexts), B(0, config.halfContexts bits))
    posted := (posted & ~of(asked.waiter, isLast)) | of(io.waiter, io.posts)
    io.posted(h) := posted
  }
  io.isEmpty := begun === ended
}
