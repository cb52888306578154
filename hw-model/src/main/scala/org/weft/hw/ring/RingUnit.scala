package org.weft.hw.ring

import org.weft.hw.config.{Choice, NicConfig}
import org.weft.hw.map.{DescriptorWrite, WordAccess}
import org.weft.hw.table.RoundRobin
import spinal.core._
import spinal.lib._

/** Knows where records of ring buffers begin and end, for all cores. See docs/microarchitecture.md, [H5].
  *
  * {{{
  * clock   0      1      2      3                4
  *         taken  read   check  header, answer   the next one is taken
  * }}}
  */
case class RingUnit(config: NicConfig) extends Component {
  import config.{cores, mapWordWidth}

  val io = new Bundle {
    val cores = Vec(slave(RingChannel(config)), config.cores)

    /** Headers, in clocks in which nobody else writes. */
    val words = master(Stream(WordAccess(config)))
    val host = slave(RingPort(config))

    /** Where a map is, as the control plane says to cores. */
    val descriptor = slave(Flow(DescriptorWrite(config)))
  }

  private case class Place() extends Bundle {
    val base = UInt(mapWordWidth bits)
    val words = UInt(mapWordWidth + 1 bits)
    val isRing = Bool()
  }
  private val rings = 1 << NicConfig.RingWidth
  private val places = Mem(Place(), rings)
  private val producers, consumers = Mem(UInt(64 bits), rings)

  private object State extends SpinalEnum {
    val Idle, Read, Check, Write = newElement()
  }
  private val state = Reg(State()) init State.Idle

  // A request is taken.
  private val wants = Vec(io.cores.map(_.request.valid)).asBits
  private val takes = state === State.Idle && wants.orR
  private val turn = RoundRobin(wants, takes, RoundRobin.behindFirst(0 until cores))
  private val request = Reg(RingRequest(config)) // While it is not idle.
  private val core = Reg(Bits(cores bits)) // As well.
  for ((channel, i) <- io.cores.zipWithIndex) channel.request.ready := takes && turn(i)
  when(takes) {
    request := Choice(io.cores.map(_.request.payload), OHToUInt(turn))
    core := turn
    state := State.Read
  }

  // Positions are read, and compared: a byte stays free.
  private val call = request.call
  private val place = RegNext(places.readAsync(call.ring))
  private val producer = RegNextWhen(producers.readAsync(call.ring), state === State.Read)
  private val consumer = RegNextWhen(consumers.readAsync(call.ring), state === State.Read)
  private val used = RegNextWhen(producers.readAsync(call.ring) - consumers.readAsync(call.ring), state === State.Read)
  private val record = ((call.operand +^ 15) >> 3) << 3
  private val total = used + record.resize(64)
  private val bytes = place.words << 3
  private val fits = RegNext(total < bytes.resize(64) && !call.isWrong && !call.asks)
  private val offset = producer(mapWordWidth + 2 downto 0) & (bytes - 1).resize(mapWordWidth + 3)

  // The header, and the answer.
  private val writes = state === State.Write
  io.words.valid := writes && fits
  io.words.writes := True
  io.words.word := place.base + (offset >> 3)
  io.words.data := (((offset >> RingUnit.PageBits) +^ RingUnit.FirstPage).resize(32) ## B(2, 2 bits) ##
    call.operand)
  io.words.isZero := False
  io.words.keeps := 0
  private val done = writes && (!fits || io.words.ready)
  private val number = call.operand(1 downto 0).muxListDc(
    Seq(0 -> used, 1 -> bytes.resize(64), 2 -> consumer, 3 -> producer))
  private val address = (call.ring +^ 1).resize(32) @@ (offset +^ RingUnit.HeaderBytes).resize(32)
  for ((channel, i) <- io.cores.zipWithIndex) {
    channel.answer.valid := done && core(i)
    channel.answer.context := request.context
    channel.answer.result := Mux(call.asks && !call.isWrong, number, Mux(fits, address, U(0, 64 bits))).asBits
  }
  switch(state) {
    is(State.Read)(state := State.Check)
    is(State.Check)(state := State.Write)
    is(State.Write)(when(done)(state := State.Idle))
  }

  // Rings are empty when they are described, and when all maps are made empty.
  private val sweep = Reg(UInt(NicConfig.RingWidth + 1 bits)) init rings
  when(!sweep.msb)(sweep := sweep + 1)
  when(io.host.cleans)(sweep := 0)
  private val described = io.descriptor.handle - 1
  private val describes = io.descriptor.valid && io.descriptor.core === 0 && io.descriptor.cpu === 0 &&
    (described >> NicConfig.RingWidth) === 0
  private val clears = describes || !sweep.msb
  private val cleared = Mux(describes, described, sweep).resize(NicConfig.RingWidth)
  private val told = Place()
  told.base := io.descriptor.place.base
  told.words := io.descriptor.place.words
  told.isRing := io.descriptor.place.wraps
  places.write(cleared, told, describes)
  producers.write(Mux(clears, cleared, call.ring), Mux(clears, U(0, 64 bits), producer + record.resize(64)),
    clears || done && fits)

  // The host.
  private val seen = io.host.map.resize(NicConfig.RingWidth)
  private val isRing = (io.host.map >> NicConfig.RingWidth) === 0 && places.readAsync(seen).isRing
  private def shown(positions: Mem[UInt]): UInt = Mux(isRing, positions.readAsync(seen), U(0, 64 bits))
  io.host.producer := shown(producers)
  io.host.consumer := shown(consumers)
  consumers.write(Mux(clears, cleared, seen), Mux(clears, U(0, 64 bits), io.host.consumed.payload),
    clears || io.host.consumed.valid && isRing)
}

object RingUnit {
  private val HeaderBytes = 8

  /** In a header: how many pages lie before it, those before the data area counted. */
  private val PageBits = 12
  private val FirstPage = 3
}
