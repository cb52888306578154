package org.weft.hw.call

import org.weft.hw.config.NicConfig
import org.weft.hw.row.SlotFields
import org.weft.isa.row.Opcode
import org.weft.isa.xdp.HelperFunction
import spinal.core._
import spinal.lib._

/** The arguments of a call, in the execute stage: its registers are read two at a time, each time that its row is
  * issued; what was read before is kept. See docs/microarchitecture.md, [C9].
  */
case class Arguments(config: NicConfig) extends Component {
  private val toMemory = config.stages.memory - config.stages.execute

  val io = new Bundle {

    // Execute.
    val slot = in Bits (64 bits)
    val a, b = in Bits (64 bits)

    /** How often the row was issued before. */
    val issue = in UInt (2 bits)
    val half = in UInt (1 bits)
    val context = in UInt (config.contextWidth bits)

    /** Whether the row has to be issued again. */
    val isIncomplete = out Bool ()

    /** Registers in their order; of those that are not there, anything. */
    val registers = Vec(out(Bits(64 bits)), 5)

    // Memory: whether the row with the call has to be issued again, for the call or for another slot.
    val repeats = in Bool ()
  }

  if (config.issues == 1) {
    io.isIncomplete := False
    for ((register, i) <- io.registers.zipWithIndex) register := (if (i % 2 == 0) io.a else io.b)
  } else {
    val slot = SlotFields(io.slot)
    val all = UInt(3 bits)
    all := 0
    for (helper <- NicConfig.Helpers if config.machine.helpers.contains(helper))
      when(slot.imm(7 downto 0) === helper.number)(all := NicConfig.registers(helper))
    val missing = all - slot.f1.asUInt - slot.f0.asUInt
    val isCall = slot.opcode === Opcode.CALL.number
    io.isIncomplete := isCall && (missing > 2 && io.issue === 0 || missing > 4 && io.issue === 1)

    val who = io.half @@ io.context
    val pairs = for (time <- 0 until config.issues - 1) yield {
      val kept = Mem(Bits(128 bits), 2 << config.contextWidth)
      kept.write(Delay(who, toMemory), Delay(io.b ## io.a, toMemory),
        io.repeats && Delay(io.issue === time, toMemory))
      Mux(io.issue > time, kept.readAsync(who), io.b ## io.a)
    }
    for ((register, i) <- io.registers.zipWithIndex)
      register := pairs.lift(i / 2).getOrElse(io.b ## io.a).subdivideIn(64 bits)(i % 2)
  }
}

object Arguments {

  /** Which of a call's registers an argument is, if no constant stands before it; in order from 0. */
  def place(helper: HelperFunction, argument: Int): Int =
    (0 until argument).count(i => helper.args().get(i) != HelperFunction.Arg.CONTEXT)
}
