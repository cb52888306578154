package org.weft.hw.map

import org.weft.hw.config.{Choice, NicConfig}
import org.weft.hw.row.{LateResult, Turn}
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
  private val bytes = io.word & here.inside #* 64
  private val held = RegNextWhen(bytes, valid(0) && !here.ends)
  private val both = Cat(for (i <- 0 until 8) yield
    Mux(here.further && here.waiter.offset <= i, held(8 * i, 8 bits), bytes(8 * i, 8 bits)))

  private case class Answer() extends Bundle {
    val bytes = Bits(64 bits)
    val waiter = Waiter(config)
  }
  private val queue = HalfQueue(Answer(), config.halfContexts)
  queue.io.push.valid := valid(0) && here.ends
  queue.io.push.bytes := both
  queue.io.push.waiter := here.waiter
  queue.io.to := here.waiter.half
  queue.io.half := io.result.half
  queue.io.pop := io.result.fire
  private val answer = queue.io.head
  private val waiter = answer.waiter
  io.result.valid := !queue.io.isEmpty
  io.result.context := waiter.context
  io.result.place := waiter.place
  io.result.kind := waiter.kind
  private val found = Turn.rotated(Turn.bySwap(answer.bytes, waiter.swapped),
    Turn.fromMemory(waiter.swapped, waiter.offset, waiter.size), 8)
  private val fill = waiter.signed && found.subdivideIn(8 bits).read(waiter.size).msb
  io.result.value := Cat(for (i <- 0 until 8) yield
    Mux(waiter.size < i, fill #* 8, found(8 * i, 8 bits)))
}

object Answers {

  /** Clocks from when a request is taken to when its word is with the core. */
  val Load = 3
  val Atomic = 5
}
