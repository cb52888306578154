package org.weft.hw.call

import org.weft.hw.config.NicConfig
import org.weft.hw.packet.{HalfQueue, SmallQueue}
import org.weft.hw.ring.{RingCall, RingChannel, RingRequest}
import org.weft.hw.row.{LateKind, LateResult, RegisterPlace}
import spinal.core._
import spinal.lib._

/** A core's calls that ask for positions of ring buffers: the way to their unit, and the answers. */
case class RingCalls(config: NicConfig) extends Component {
  import config.{contextWidth, halfContexts}

  val io = new Bundle {

    /** It is a call's turn. */
    val call = slave(Flow(RingCall(config)))
    val half = in UInt (1 bits)
    val context = in UInt (contextWidth bits)

    /** A call is made: where its result goes. */
    val begins = slave(Flow(LateCall(config)))
    val channel = master(RingChannel(config))
    val result = master(LateResult(config))
  }

  private val queue = SmallQueue(RingRequest(config), config.machine.threads)
  queue.io.push.valid := io.call.valid
  queue.io.push.call := io.call.payload
  queue.io.push.context := io.context @@ io.half
  queue.io.pop := io.channel.request.fire
  io.channel.request.valid := !queue.io.isEmpty
  io.channel.request.payload := queue.io.head

  private case class Answer() extends Bundle {
    val context = UInt(contextWidth bits)
    val value = Bits(64 bits)
  }
  private val goals = Mem(RegisterPlace(config), 2 << contextWidth)
  goals.write(io.begins.half @@ io.begins.context, io.begins.place, io.begins.valid && io.begins.isRing)
  private val answers = HalfQueue(Answer(), halfContexts)
  answers.io.push.valid := io.channel.answer.valid
  answers.io.push.context := (io.channel.answer.context >> 1).resized
  answers.io.push.value := io.channel.answer.result
  answers.io.to := io.channel.answer.context(0 downto 0)
  answers.io.half := io.result.half
  answers.io.pop := io.result.fire
  io.result.valid := !answers.io.isEmpty
  io.result.context := answers.io.head.context
  io.result.value := answers.io.head.value
  io.result.place := goals.readAsync(io.result.half @@ answers.io.head.context)
  io.result.kind := LateKind.Value
}
