package org.weft.hw.board

import org.weft.hw.config.NicConfig
import org.weft.hw.core.Core
import org.weft.hw.packet.{Fates, Verdict}
import org.weft.isa.control.Register
import org.weft.isa.machine.MachineFile
import spinal.core._
import spinal.lib._

/** A core behind a serial line, that takes one packet after the other: registers and packets are frames,
  * each with an answer. See docs/bitstream.md.
  *
  * @param config of one core and one lane, [[NicConfig.single]]
  * @param entry row at which programs begin, until the host says another
  */
case class SerialNic(config: NicConfig, clocksPerBit: Int, entry: Int) extends Component {
  require(config.single && config.cores == 1 && config.ports == 1 && config.bus == 1)
  private val Capacity = 512

  val io = new Bundle {
    val rx = in Bool ()
    val tx = out Bool ()
  }

  private val receiver = FrameReceiver(clocksPerBit, Capacity)
  receiver.io.line := io.rx
  private val sender = FrameSender(clocksPerBit)
  io.tx := sender.io.line
  private val core = Core(config)
  private val phase = Reg(Bool()) init False
  phase := !phase
  core.io.phase := phase
  private val half = core.io.halves(0)

  // Of half 1 nothing is asked.
  private val other = core.io.halves(1)
  other.begins.valid := False
  other.begins.payload.clearAll()
  other.beat.valid := False
  other.beat.payload.clearAll()
  other.takes := False
  other.left := False

  private val request = receiver.io.request
  private val kind = request.kind.asUInt
  private val offset = request.head(1) ## request.head(0)
  private val data = request.head(5) ## request.head(4) ## request.head(3) ## request.head(2)
  private val writes = request.valid && kind === FrameKind.Write
  private def at(register: Register, word: Int = 0) = offset.asUInt === register.offset + 4 * word

  // Rows: words come lowest first; the last one of a row writes it.
  private val row = Reg(UInt(config.rowWidth bits)) init 0
  private val first = Reg(UInt(config.rowWidth bits)) init entry
  private val lowWord = Reg(Bits(32 bits)) init 0
  private val isHigh = Reg(Bool()) init False
  private val lane = Reg(UInt(core.io.program.lane.getWidth bits)) init 0
  private val writesData = writes && at(Register.PROGRAM_DATA)
  core.io.entry := first
  core.io.program.valid := writesData && isHigh
  core.io.program.row := row
  core.io.program.lane := lane
  core.io.program.word := data ## lowWord
  when(writesData) {
    isHigh := !isHigh
    when(!isHigh)(lowWord := data)
    when(isHigh) {
      val ends = lane === config.lanes - 1
      lane := Mux(ends, U(0), lane + 1)
      when(ends)(row := row + 1)
    }
  }
  when(writes && at(Register.PROGRAM_ROW)) {
    row := data.asUInt.resized
    lane := 0
    isHigh := False
  }
  when(writes && at(Register.PROGRAM_ENTRY))(first := data.asUInt.resized)

  // A packet: its bytes lie behind interface and queue.
  private val Before = 4
  private val length = request.length - Before
  private val tooShort = request.length < Before + org.weft.hw.packet.InputPort.LeastBytes
  private val tooLong = length > config.machine.frameBytes
  private val comes = request.valid && kind === FrameKind.Packet
  private val takes = comes && !tooShort && !tooLong
  private val left = Reg(UInt(config.lengthWidth bits)) init 0
  private val place = Reg(UInt(log2Up(Capacity) bits)) init 0
  private val moving = RegNext(left =/= 0, init = False)
  receiver.io.place := place
  half.begins.valid := takes
  half.begins.length := length.resized
  half.begins.port := 0
  half.beat.valid := moving
  half.beat.data := receiver.io.byte
  half.beat.first := RegNext(place === Before)
  half.beat.last := RegNext(left === 1)
  half.beat.origin.ifindex := (request.head(1) ## request.head(0)).asUInt
  half.beat.origin.queue := (request.head(3) ## request.head(2)).asUInt
  half.beat.origin.time := 0
  half.beat.origin.cpu := 0
  half.beat.origin.number := 0
  when(takes) {
    left := length.resized
    place := Before
  } elsewhen (left =/= 0) {
    left := left - 1
    place := place + 1
  }

  // What becomes of it. A redirect has no other port to go to.
  private val runs = Reg(Bool()) init False
  private val head = half.head
  private val leaves = Verdict.leaves(head.fate) && head.fate =/= Verdict.Redirect
  private val fate = Mux(head.fate === Verdict.Redirect, U(Fates.NoPort, 8 bits), head.fate.resize(8 bits))
  private val done = runs && !half.isEmpty && (half.isWhole || !Verdict.leaves(head.fate))
  private val counted = Reg(UInt(4 bits)) init 0
  private val OversizeFate = 8
  private val UndersizeFate = 9
  private val refused = comes && (tooShort || tooLong)
  private val answersPacket = Reg(Bool()) init False
  private val isFate = Reg(Bool()) init False
  when(takes)(runs := True)
  when(done)(runs := False)

  // Packets by fate.
  private val counters = Mem(UInt(32 bits), 16)
  counters.init(Seq.fill(16)(U(0, 32 bits)))
  private val counts = RegNext(done || refused, init = False)
  private val countedNow = Mux(refused, Mux(tooShort, U(UndersizeFate, 4 bits), U(OversizeFate, 4 bits)), fate.resize(4 bits))
  when(done || refused)(counted := countedNow)
  private val reads = request.valid && kind === FrameKind.Read
  private val asked = Mux(reads, offset(6 downto 3).asUInt, Mux(done || refused, countedNow, counted))
  private val count = counters.readSync(asked)
  counters.write(counted, count + 1, counts)

  // Registers that answer.
  private val hash = MachineFile.hash(config.machine).map(_ & 0xff).grouped(4).map(word =>
    word.zipWithIndex.map { case (byte, i) => BigInt(byte) << (8 * i) }.sum).toSeq
  private val isCounter = offset.asUInt >= Register.COUNTER.offset &&
    offset.asUInt < Register.COUNTER.offset + 128
  private val value = B(0, 32 bits)
  when(at(Register.ID))(value := B(Register.WEFT, 32 bits))
  when(at(Register.VERSION))(value := 1)
  when(at(Register.CONTROL))(value := 1)
  when(at(Register.STATUS))(value := B(0, 31 bits) ## !runs)
  when(at(Register.PROGRAM_ROW))(value := row.asBits.resized)
  when(at(Register.PROGRAM_ENTRY))(value := first.asBits.resized)
  for ((word, i) <- hash.zipWithIndex) {
    when(at(Register.MACHINE_HASH, i))(value := B(word, 32 bits))
  }
  when(isCounter)(value := Mux(offset(2), B(0, 32 bits), count.asBits))

  // Answers: of a register its value, of a packet its fate and what leaves.
  private val answer = Reg(Bits(32 bits)) init 0
  private val later = RegNext(reads, init = False)
  when(later)(answer := value)
  private val begins = sender.io.begin
  begins.valid := done || refused || later || receiver.io.refused ||
    (request.valid && !comes && !reads)
  begins.kind := B(FrameKind.Answer, 8 bits) | request.kind
  begins.length := 0
  when(receiver.io.refused)(begins.kind := FrameKind.Refused)
  when(later)(begins.length := 4)
  when(refused)(begins.length := 1)
  when(done)(begins.length := Mux(leaves, head.length.resize(16 bits), U(0)) + 1)
  when(begins.valid) {
    answersPacket := done || refused
    isFate := True
  }
  private val byte = sender.io.byte
  byte.valid := !answersPacket || isFate || half.hasBeat
  byte.payload := answer(7 downto 0)
  when(answersPacket)(byte.payload := Mux(isFate, counted.asBits.resize(8 bits), half.out))
  when(byte.fire) {
    isFate := False
    when(!answersPacket)(answer := answer |>> 8)
  }

  // The packet is gone with its last byte, or at once.
  private val remains = Reg(UInt(config.lengthWidth bits)) init 0
  half.takes := byte.fire && answersPacket && !isFate
  half.left := (done && !leaves) || (half.takes && remains === 1)
  when(done)(remains := head.length) elsewhen (half.takes)(remains := remains - 1)
}
