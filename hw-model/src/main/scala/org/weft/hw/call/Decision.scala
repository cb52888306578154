package org.weft.hw.call

import org.weft.hw.config.NicConfig
import org.weft.hw.row.LateKind
import org.weft.hw.packet.{Target, Verdict}
import spinal.core._
import spinal.lib._

/** What becomes of the entry that a redirect or tail call asked for. */
case class Decision(config: NicConfig) extends Component {
  private val width = config.contextWidth + 1

  val io = new Bundle {

    /** The call, when it is made. */
    val call = slave(Flow(LateCall(config)))
    val starts = Vec(in(Bits(config.halfContexts bits)), 2)

    /** The entry's first four bytes; 0 where there is none. */
    val valid = in Bool ()
    val kind = in UInt (LateKind.Width bits)
    val half = in UInt (1 bits)
    val context = in UInt (config.contextWidth bits)
    val value = in UInt (32 bits)

    /** What a redirect returns, and where the packet is sent then. */
    val result = out UInt (3 bits)
    val target = master(Flow(UInt(Target.Width bits)))

    /** Whether another program begins, at which row. */
    val restarts = out Bool ()
    val row = out UInt (config.rowWidth bits)
  }

  private case class Kept() extends Bundle {
    val flags = Bits(2 bits)
    val isWrong, toAll, isDevices = Bool()
  }
  private val kept = Mem(Kept(), 1 << width)
  private val now = Kept()
  now.assignSomeByName(io.call.payload)
  kept.write(io.call.half @@ io.call.context, now, io.call.valid)
  private val who = io.half @@ io.context
  private val call = kept.readAsync(who)

  private val found = io.value =/= 0 || call.toAll
  private val interface = Mux(io.value > Target.Greatest, U(0), io.value.resize(Target.Width))
  private val toHost = !call.isDevices || call.toAll || io.value.msb
  io.result := Mux(call.isWrong, U(Verdict.Aborted, 3 bits),
    Mux(found, U(Verdict.Redirect), call.flags.asUInt.resize(3)))
  io.target.valid := io.valid && io.kind === LateKind.Redirect && !call.isWrong
  io.target.payload := Mux(found, Mux(toHost, U(Target.Host), interface), U(0))

  // Tail calls of a packet, up to Linux's limit.
  private val counts = Mem(UInt(6 bits), 1 << width)
  private val counted = Seq.fill(2)(Reg(Bits(config.halfContexts bits)) init 0)
  private val isCounted = Mux(io.half.asBool, counted(1)(io.context), counted(0)(io.context))
  private val count = Mux(isCounted, counts.readAsync(who), U(0))
  io.restarts := io.valid && io.kind === LateKind.Tail && io.value =/= 0 && count =/= Decision.MostTailCalls
  io.row := (io.value - 1).resized
  counts.write(who, count + 1, io.restarts)
  for ((set, h) <- counted.zipWithIndex) {
    val here = Mux(io.restarts && io.half === h, UIntToOh(io.context, config.halfContexts),
      B(0, config.halfContexts bits))
    set := (set & ~io.starts(h)) | here
  }
}

object Decision {
  val MostTailCalls = 33
}
