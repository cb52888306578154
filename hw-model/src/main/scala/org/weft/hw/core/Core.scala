package org.weft.hw.core

import org.weft.hw.config.{Bitwise, Choice, NicConfig}
import org.weft.hw.event.EventChannel
import org.weft.hw.map.{DescriptorWrite, MapChannel, OutsideChannel}
import org.weft.hw.packet._
import org.weft.hw.ring.RingChannel
import org.weft.hw.table.TableChannel
import spinal.core._
import spinal.lib._

/** A half of a core, as dispatcher and reordering see it. */
case class HalfStream(config: NicConfig) extends Bundle with IMasterSlave {

  /** A packet is dispatched; a beat of one comes in the clock after. */
  val begins = Flow(Arriving(config))
  val beat = Flow(PortBeat(config))

  /** Whether the input queue has room for so many words. */
  val room = UInt(log2Up(config.coreQueueWords) + 1 bits)
  val isEmpty, hasBeat, isWhole = Bool()
  val head = Departing(config)
  val out = Bits(8 * config.bus bits)
  val takes, left = Bool()

  override def asMaster(): Unit = {
    master(begins, beat)
    in(room, isEmpty, hasBeat, isWhole, head, out)
    spinal.core.out(takes, left)
  }
}

/** A core with its memory and queues. */
case class Core(config: NicConfig) extends Component {
  private val words = config.coreQueueWords

  val io = new Bundle {
    val phase = in Bool ()
    val program = slave(Flow(RowWrite(config)))
    val entries = in Vec (UInt(config.rowWidth bits), config.machine.banks)
    val map = master(MapChannel(config))
    val outside = if (config.outside) master(OutsideChannel(config)) else null
    val tables = master(TableChannel(config))
    val rings = if (config.rings) master(RingChannel(config)) else null
    val events = if (config.events) master(EventChannel(config)) else null
    val descriptor = slave(Flow(DescriptorWrite(config)))
    val seed = in UInt (32 bits)
    val halves = Vec(slave(HalfStream(config)), 2)
    val posting = out Bool ()
    val trace = if (config.trace) out(CoreTrace(config)) else null

    /** Numbers of the packets that end in both halves, for simulation. */
    val numbers = if (config.trace) Vec(out(UInt(32 bits)), 2) else null
  }

  private val pipeline = Pipeline(config)
  pipeline.io.phase := io.phase
  pipeline.io.program << io.program
  pipeline.io.entries := io.entries
  pipeline.io.map <> io.map
  if (config.outside) pipeline.io.outside <> io.outside
  pipeline.io.tables <> io.tables
  if (config.rings) pipeline.io.rings <> io.rings
  if (config.events) pipeline.io.events <> io.events
  pipeline.io.descriptor << io.descriptor
  pipeline.io.seed := io.seed
  io.posting := pipeline.io.posting
  if (config.trace) io.trace := pipeline.io.trace

  /** Whether it is a half's clock for rows, in which there is what was read for what it moved in the one before. */
  private def rowsOf(h: Int): Bool = (if (config.stages.memory % 2 == 0) io.phase else !io.phase) === Bool(h == 1)

  private val ways = for ((stream, h) <- io.halves.toSeq.zipWithIndex) yield {
    val side = pipeline.io.halves(h)
    val memory = HalfMemory(config)
    val buffers = Buffers(config)
    val outgoing = Outgoing(config)
    val rows = rowsOf(h)

    // The queue in: what is written can be taken two clocks later. A word may be several beats.
    val place = Reg(UInt(log2Up(words) bits)) init 0
    val inWord = Reg(UInt(log2Up(config.beatsPerWord) max 1 bits)) init 0
    val ends = stream.beat.last || (if (config.beatsPerWord > 1) inWord.andR else True)
    when(stream.beat.valid) {
      when(ends)(place := place + 1)
      if (config.beatsPerWord > 1) inWord := Mux(ends, U(0), inWord + 1)
    }
    val used = Reg(UInt(log2Up(words) + 1 bits)) init 0
    val needs = ((stream.begins.length +^ (config.word - 1)) >> log2Up(config.word)).resize(used.getWidth)
    used := used + Mux(stream.begins.valid, needs, U(0)) -
      Mux(buffers.io.freed.valid, buffers.io.freed.payload, U(0))
    stream.room := U(words) - used

    val data = WideQueue(Bits(8 * config.word bits), words, config.beatsPerWord)
    data.io.push.valid := stream.beat.valid
    data.io.push.payload := Cat(Seq.fill(config.beatsPerWord)(stream.beat.data))
    data.io.mask := UIntToOh(inWord, config.beatsPerWord)
    data.io.place := place
    data.io.first := buffers.io.first
    val origins = WideQueue(Origin(config), words)
    origins.io.push.valid := stream.beat.valid && stream.beat.first
    origins.io.push.payload := stream.beat.origin
    origins.io.mask := B(1)
    origins.io.place := place
    origins.io.first := buffers.io.first
    buffers.io.origin := origins.io.head

    buffers.io.begins << stream.begins
    buffers.io.written := RegNext(stream.beat.valid, init = False)
    buffers.io.moves := !rows
    buffers.io.blocked := side.zeroed.valid
    side.startable << buffers.io.startable
    buffers.io.started := side.started
    side.incoming := buffers.io.incoming
    buffers.io.ends << side.ends
    if (config.trace) io.numbers(h) := buffers.io.number
    buffers.io.shapes.valid := side.shape.valid
    buffers.io.shapes.buffer := side.changed
    buffers.io.shapes.shape := side.shape.payload
    buffers.io.targets.valid := side.target.valid
    buffers.io.targets.buffer := side.changed
    buffers.io.targets.target := side.target.payload
    buffers.io.outBlocked := side.zeroes.valid || side.reads.valid
    buffers.io.lookup.buffer := side.lookup
    side.facts := buffers.io.lookup.facts

    // Rows use both ports of a half in one clock, in the next one what comes in and what goes out. A bank has one of
    // two lines that follow each other; what leaves is in one.
    val moved = Mux(side.zeroes.valid, side.zeroes.line, buffers.io.exits.payload)
    val rowLines = pipeline.io.memory(1)
    val line = Mux(rows, rowLines.line, if (config.reads) Mux(side.reads.valid, side.reads.line, moved) else moved)
    val next = if (config.reads) Mux(rows, rowLines.next, side.reads.next) else rowLines.next
    val isNext = Mux(rows, rowLines.isNext,
      if (config.reads) side.reads.isNext & side.reads.valid #* 8 else B(0, 8 bits))
    for (bank <- 0 until 8) {
      def bytes(all: Bits) = Cat((0 until config.machine.bankBytes).map(sub =>
        all.subdivideIn(8 bits)(8 * sub + bank)))
      val row = pipeline.io.memory.map(_.at(bank))
      val enters = BankPort(config)
      enters.line := Mux(side.zeroed.valid, side.zeroed.payload, buffers.io.enters.line)
      val lines = data.io.head.subdivideIn(8 * config.line bits).toSeq
      val isZero = side.zeroed.valid || buffers.io.enters.isZero
      val part = buffers.io.enters.part
      val words = (if (lines.size == 2) lines else Seq(Choice(lines, part))).map(bytes)
      // What it is in the clock for rows, too.
      enters.data := Bitwise(row(0).data +: words, rows, isZero, part(0)) { case (row +: words, Seq(rows, isZero, part)) =>
        Mux(rows, row, !isZero && Choice(words, part.asUInt))
      }
      enters.mask := Cat((0 until config.machine.bankBytes).map(sub => side.zeroed.valid ||
        buffers.io.enters.valid && buffers.io.enters.mask(8 * sub + bank)))
      val exits = BankPort(config)
      exits.line := Mux(isNext(bank), next, line)
      val zeroed = Cat((0 until config.machine.bankBytes).map(sub =>
        side.zeroes.valid && side.zeroes.mask(8 * sub + bank)))
      if (config.copies) {
        val word = side.reads.write
        exits.data := Mux(side.reads.valid, Cat(Seq.fill(config.machine.bankBytes)(word.data(bank))),
          B(0, 8 * config.machine.bankBytes bits))
        exits.mask := Mux(side.reads.valid, word.masks(bank), zeroed)
      } else {
        exits.data.clearAll()
        exits.mask := zeroed
      }
      memory.io.ports(0)(bank).line := Mux(rows, row(0).line, enters.line)
      memory.io.ports(0)(bank).data := enters.data
      memory.io.ports(0)(bank).mask := Mux(rows, row(0).mask, enters.mask)
      memory.io.ports(1)(bank).line := exits.line
      memory.io.ports(1)(bank).data := Mux(rows, row(1).data, exits.data)
      memory.io.ports(1)(bank).mask := Mux(rows, row(1).mask, exits.mask)
    }
    side.read := memory.io.read
    memory.io.rows := rows

    outgoing.io.leaves << buffers.io.leaves
    outgoing.io.needs := buffers.io.needs
    buffers.io.hasRoom := outgoing.io.hasRoom
    outgoing.io.piece << buffers.io.piece
    stream.isEmpty := outgoing.io.isEmpty
    stream.hasBeat := outgoing.io.hasBeat
    stream.isWhole := outgoing.io.isWhole
    stream.head := outgoing.io.head
    stream.out := outgoing.io.beat
    outgoing.io.takes := stream.takes
    outgoing.io.left := stream.left
    outgoing
  }

  // Halves move by turns: what is read for both goes through one choice, and one rotation.
  private def ofMoved[T <: Data](values: Seq[T]): T = Mux(rowsOf(0), values(0), values(1))
  private val read = (0 until 8).map(bank => ofMoved(pipeline.io.halves.map(_.read(1)(bank)).toSeq))
  pipeline.io.moved := Vec(read)
  private val bytes = Cat((0 until config.line).map(n => read(n % 8).subdivideIn(8 bits)(n / 8)))
  private val skew = ofMoved(ways.map(_.io.skew))
  private val turned = (0 until skew.getWidth by 2).foldLeft(bytes) { (rest, i) =>
    val turns = skew(skew.high min i + 1 downto i)
    Bitwise.choice((0 until 1 << turns.getWidth).map(n => rest.rotateRight(8 * n << i)), turns)
  }
  ways.foreach(_.io.turned := turned)
}
