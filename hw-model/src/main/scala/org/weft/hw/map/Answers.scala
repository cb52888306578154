package org.weft.hw.map

import org.weft.hw.config.{Bitwise, Choice, NicConfig}
import org.weft.hw.row.{LateKind, LateResult, RegisterPlace, Turn}
import org.weft.hw.packet.HalfQueue
import spinal.core._
import spinal.lib._

/** A word that a core asked of a bank, on its way back. */
case class Asked(config: NicConfig) extends Bundle {
  val bank = UInt(config.bankWidth bits)
  val atomic = Bool()

  /** Whether the word is the map's; whether it is the second of two, and the last. */
  val inside, further, ends = Bool()
  val waiter = Waiter(config)
}

/** Words that come back from banks, each in its clock, and results that wait to be written. */
case class Answers(config: NicConfig) extends Component {
  val io = new Bundle {
    val asked = slave(Flow(Asked(config)))

    /** Whether a word comes back in the clock in which that of a load would. */
    val isTaken = out Bool ()
    val from = out UInt (config.bankWidth bits)
    val old = out Bool ()
    val word = in Bits (64 bits)

    /** What came from behind the memory port, in clocks in which no bank answers. */
    val outside = if (config.outside) slave(Flow(OutsideAnswer(config))) else null
    val takesOutside = if (config.outside) out(Bool()) else null
    val result = master(LateResult(config))
  }

  // Clocks until a word is here, from those that are: loads come in the third clock, atomics in the fifth.
  private val slots = Seq.fill(Answers.Atomic)(Reg(Asked(config))) // Looked at where it is valid.
  private val valid = Reg(Bits(Answers.Atomic bits)) init 0
  valid := valid |>> 1
  for (i <- 0 until Answers.Atomic - 1) slots(i) := slots(i + 1)
  when(io.asked.valid && !io.asked.atomic) {
    slots(Answers.Load - 1) := io.asked.payload
    valid(Answers.Load - 1) := True
  }
  when(io.asked.valid && io.asked.atomic) {
    slots(Answers.Atomic - 1) := io.asked.payload
    valid(Answers.Atomic - 1) := True
  }
  io.isTaken := valid(Answers.Load)
  private val here = slots.head
  io.from := here.bank
  io.old := here.atomic

  // Bytes of two words: those of the second lie below the access's first byte.
  private val held = RegNextWhen(Mux(here.inside, io.word, B(0, 64 bits)), valid(0) && !here.ends)
  private val ofBank = Cat(for (i <- 0 until 8) yield
    Bitwise(Seq(held, io.word).map(_(8 * i, 8 bits)), here.further && here.waiter.offset <= i, here.inside) {
      case (Seq(held, now), Seq(isHeld, isInside)) => Mux(isHeld, held, now && isInside)
    })

  // Turned as it comes: what waits in the queue can be written as it is.
  private val isOfBank = valid(0) && here.ends
  private val waiter = if (config.outside) Mux(isOfBank, here.waiter, io.outside.waiter) else here.waiter
  private val both = if (config.outside) Mux(isOfBank, ofBank, io.outside.bytes) else ofBank
  if (config.outside) io.takesOutside := io.outside.valid && !isOfBank
  private val found = Turn.turned(both, waiter.swapped,
    Turn.fromMemory(waiter.swapped, waiter.offset, waiter.size))
  private val fill = waiter.signed && Choice(found.subdivideIn(8 bits).map(_.msb), waiter.size)

  private case class Answer() extends Bundle {
    val context = UInt(config.contextWidth bits)
    val place = RegisterPlace(config)
    val kind = UInt(LateKind.Width bits)
    val value = Bits(64 bits)
  }
  private val queue = HalfQueue(Answer(), config.halfContexts)
  private val push = queue.io.push
  push.valid := isOfBank || (if (config.outside) io.outside.valid else False)
  push.context := waiter.context
  push.place := waiter.place
  push.kind := waiter.kind
  push.value := Cat(for (i <- 0 until 8) yield Mux(waiter.size < i, fill #* 8, found(8 * i, 8 bits)))
  queue.io.to := waiter.half
  queue.io.half := io.result.half
  queue.io.pop := io.result.fire
  private val answer = queue.io.head
  io.result.valid := !queue.io.isEmpty
  io.result.context := answer.context
  io.result.place := answer.place
  io.result.kind := answer.kind
  io.result.value := answer.value
}

object Answers {

  /** Clocks from when a request is taken to when its word is with the core. */
  val Load = 3
  val Atomic = 5
}
