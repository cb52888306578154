package org.weft.hw.board

import org.weft.hw.config.NicConfig
import org.weft.hw.packet.{Fates, InputPort, Verdict}
import spinal.core._
import spinal.lib._

/** A core behind a serial line, that takes one packet after the other: registers and packets are frames,
  * each with an answer. What comes before the answer is out is not looked at. See docs/bitstream.md.
  *
  * @param config of one core, [[NicConfig.single]]
  * @param entry row at which programs begin, until the host says another
  */
case class SerialNic(config: NicConfig, clocksPerBit: Int, entry: Int) extends Component {
  val io = new Bundle {
    val rx = in Bool ()
    val tx = out Bool ()
  }

  private val receiver = FrameReceiver(clocksPerBit)
  receiver.io.line := io.rx
  private val sender = FrameSender(clocksPerBit)
  io.tx := sender.io.line
  private val core = LoneCore(config)
  private val registers = Registers(config, entry)
  private val runs = Reg(Bool()) init False
  private val isFree = !runs && !sender.io.isBusy

  private val request = receiver.io.request
  private val asks = request.valid && isFree
  private def isKind(kind: Bits, wanted: Int) = kind === wanted
  private val reads = asks && isKind(request.kind, FrameKind.Read)
  private val comes = asks && isKind(request.kind, FrameKind.Packet)
  private def word(from: Int, bytes: Int) = Cat(request.head.slice(from, from + bytes))

  registers.io.offset := word(0, 2).asUInt
  registers.io.write.valid := asks && isKind(request.kind, FrameKind.Write)
  registers.io.write.payload := word(2, 4)
  registers.io.isQuiet := !runs
  core.io.program << registers.io.program
  core.io.descriptor << registers.io.descriptor
  core.io.entry := registers.io.entry

  // A packet: its bytes lie behind interface and queue, and go to the core's memory as they come.
  private val Before = 4
  private val payload = receiver.io.payload
  private val isTooLong = request.length > Before + config.machine.frameBytes
  private val isTooShort = request.length < Before + InputPort.LeastBytes

  // Map values: their bytes lie behind the first one's place in map memory; reads say how many they are.
  private val First = 2
  private val asksValues = asks && isKind(request.kind, FrameKind.ReadValues)
  private val place = word(0, First).asUInt
  private val writesValues = isKind(receiver.io.kind, FrameKind.WriteValues)
  private val end = place +^ payload.place
  private val isValue = writesValues && payload.place >= First && end < config.mapBytes + First
  private val isPacketByte = isKind(receiver.io.kind, FrameKind.Packet) && payload.place >= Before && !isTooLong
  core.io.write.valid := payload.valid && isFree && (isPacketByte || isValue)
  core.io.write.address := Mux(writesValues, end.resize(config.addressWidth) + (config.firstMapByte - First),
    payload.place.resize(config.addressWidth) + (LoneCore.packet(config) - Before))
  core.io.write.byte := payload.byte
  private val refused = comes && (isTooShort || isTooLong)
  core.io.start.valid := comes && !isTooShort && !isTooLong
  core.io.start.shape.length := (request.length - Before).resized
  core.io.start.shape.shift := 0
  core.io.start.shape.metadata := 0
  core.io.start.origin.ifindex := word(0, 2).asUInt
  core.io.start.origin.queue := word(2, 2).asUInt
  core.io.start.origin.time := 0
  core.io.start.origin.cpu := 0
  core.io.start.origin.number := 0

  // What becomes of it. A redirect has no other port to go to.
  private val ends = core.io.ends
  private val isLost = ends.payload === Verdict.Redirect
  private val leaves = Verdict.leaves(ends.payload) && !isLost
  private val fate = UInt(4 bits)
  fate := Mux(isTooShort, U(SerialNic.Undersize), U(SerialNic.Oversize))
  when(ends.valid)(fate := Mux(isLost, U(Fates.NoPort), ends.payload.resize(4 bits)))
  when(core.io.start.valid)(runs := True)
  when(ends.valid)(runs := False)
  registers.io.fate.valid := ends.valid || refused
  registers.io.fate.payload := fate

  // Answers: of a register its value, of a packet its fate and then what leaves; of values these.
  private val answer = Reg(Bits(32 bits)) init 0
  private val isMemory = Reg(Bool()) init False
  private val address = Reg(UInt(config.addressWidth bits)) init 0
  private val isFate = Reg(Bool()) init False
  private val valued = RegNext(reads, init = False)
  private val begin = sender.io.begin
  begin.valid := ends.valid || refused || valued || (receiver.io.refused && isFree) ||
    (asks && !comes && !reads)
  begin.kind := request.kind | FrameKind.Answer
  begin.length := 0
  when(receiver.io.refused)(begin.kind := FrameKind.Refused)
  when(valued)(begin.length := 4)
  when(refused)(begin.length := 1)
  when(asksValues)(begin.length := word(First, 2).asUInt)
  when(ends.valid)(begin.length := Mux(leaves, request.length - (Before - 1), U(1)))
  when(valued)(answer := registers.io.value)
  when(ends.valid || refused)(answer := fate.asBits.resized)
  when(begin.valid) {
    isMemory := ends.valid || asksValues
    isFate := !asksValues
    address := Mux(asksValues, place.resize(config.addressWidth) + config.firstMapByte,
      U(LoneCore.packet(config)))
  }
  private val byte = sender.io.byte
  core.io.address := address
  byte.valid := True
  byte.payload := Mux(isMemory && !isFate, core.io.byte, answer(7 downto 0))
  when(byte.fire) {
    isFate := False
    answer := answer |>> 8
    when(!isFate)(address := address + 1)
  }
}

object SerialNic {

  /** Fates of packets that do not get to a program, as [N1] of the microarchitecture numbers them. */
  val Oversize = 8
  val Undersize = 9
}
