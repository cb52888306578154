package org.weft.hw.outside

import org.weft.hw.config.{Choice, NicConfig}
import org.weft.hw.map.{MapOperation, OutsideChannel, OutsideRequest, WordAccess, WordOperation}
import org.weft.hw.packet.SmallQueue
import org.weft.hw.table.RoundRobin
import spinal.core._
import spinal.lib._
import spinal.lib.bus.amba4.axi.Axi4

/** Words of map values behind the memory port: all who access them, one a clock, in one order. See
  * docs/microarchitecture.md, [V5].
  *
  * {{{
  * clock   0      1        2     2 + L  3 + L  4 + L      5 + L
  *         taken  claimed  read  comes  found  operation  done   (L: the memory's latency)
  *                                             held       write  answered in 5 + 2 L
  * }}}
  */
case class OutsideValues(config: NicConfig) extends Component {
  import config.cores

  val io = new Bundle {
    val cores = Vec(slave(OutsideChannel(config)), config.cores)

    /** A word of the table writer, the ring unit or the host, before those of cores; what it loaded. */
    val words = slave(Stream(WordAccess(config)))
    val loaded = master(Flow(Bits(64 bits)))
    val axi = master(Axi4(MemoryMaster.config(config)))

    /** Beats that tables read, before all words; words that they write, when no other is; what comes of that. */
    val reads = if (config.outsideTables) slave(Flow(OutsideRead(config))) else null
    val beat = if (config.outsideTables) master(Flow(OutsideBeat())) else null
    val writes = if (config.outsideTables) slave(Stream(OutsideWrite(config))) else null
    val written = if (config.outsideTables) out(Bool()) else null

    /** Whether memory does not yet hold all that was stored, for simulation. */
    val busy = if (config.trace) out(Bool()) else null
  }

  private case class Access() extends Bundle {
    val who = UInt(log2Up(cores + 1) bits)
    val request = OutsideRequest(config)
    val place = UInt(HeldPlace.Width bits)
  }
  private case class Claimed() extends Bundle {
    val access = Access()
    val holds, isHere = Bool()
  }
  private val port = MemoryMaster(config)
  private val readsTable = if (config.outsideTables) io.reads.valid else False
  io.axi <> port.io.axi
  private val held = HeldWords(config)

  // One is taken.
  private val entries = SmallQueue(Access(), OutsideValues.Entries)
  private val hasRoom = !entries.io.size.msb
  private val wants = Vec(io.cores.map(_.request.valid)).asBits
  private val takesCore = hasRoom && !io.words.valid
  private val turn = RoundRobin(wants, takesCore && wants.orR, RoundRobin.behindFirst(0 until cores))
  for ((core, i) <- io.cores.zipWithIndex) core.request.ready := takesCore && turn(i)
  io.words.ready := hasRoom
  private val who = OHToUInt(turn)
  private val taken = entries.io.push.payload
  taken.request := Choice(io.cores.map(_.request.payload), who)
  taken.who := who.resized
  when(io.words.valid) {
    taken.who := cores
    taken.request.word := io.words.word.resized
    taken.request.operation := Mux(io.words.writes, U(MapOperation.Store), U(MapOperation.Load)).resized
    taken.request.mask := Cat(io.words.keeps.asBools.map(!_ #* 4))
    taken.request.data := io.words.data & !io.words.isZero #* 64
    taken.request.asked.answered := !io.words.writes
  }
  taken.place := HeldPlace(taken.request.word)
  entries.io.push.valid := hasRoom && (io.words.valid || wants.orR)

  // The next one is claimed: its word is read, also to be changed.
  private val flight = SmallQueue(Claimed(), MemoryMaster.Reads)
  private val changing = Reg(UInt(log2Up(MemoryMaster.Writes + 1) bits)) init 0
  private val next = entries.io.head
  private val changes = next.request.changes
  held.io.place := next.place
  held.io.rest := HeldPlace.rest(next.request.word)
  held.io.changes := changes
  private val claims = !entries.io.isEmpty && !flight.io.size.msb && held.io.may && !(changes && changing.msb) && !readsTable
  held.io.claims := claims
  entries.io.pop := claims
  port.io.read.valid := claims || readsTable
  port.io.read.payload := next.request.word
  private val comes = Bool() // A word that was claimed.
  private val answers = Bool() // Of such a one.
  flight.io.push.valid := claims
  flight.io.push.payload.access := next
  flight.io.push.payload.holds := held.io.holds
  flight.io.push.payload.isHere := held.io.isHere
  changing := changing + (claims && changes).asUInt - answers.asUInt

  // What was read comes, in that order.
  flight.io.pop := comes
  private def after(item: Claimed): Claimed = RegNext(item) // Without reset: looked at where it is valid.
  private val came = after(flight.io.head)
  private val hasCome = RegNext(comes) init False
  private val read = RegNext(Choice(port.io.beat.payload.subdivideIn(64 bits), flight.io.head.access.request.word(2 downto 0)))

  // A word that is held is found there, or is what was changed in the clock before.
  held.io.which := came.access.place
  private val item = after(came)
  private val isItem = RegNext(hasCome) init False
  private val request = item.access.request
  private val found = RegNext(Mux(came.isHere, held.io.found, read))
  private val isLast = RegNext(came.isHere && isItem && request.changes && item.access.place === came.access.place)
  private val result = Bits(64 bits)
  private val last = RegNext(result)
  private val word = Mux(isLast, last, found)
  result := WordOperation(config, request.operation, request.mask, word, request.data, request.compare)
  private val stores = isItem && request.changes
  held.io.writePlace := item.access.place
  held.io.write.valid := stores
  held.io.write.payload := result
  held.io.leaves.valid := isItem && item.holds && !request.changes
  held.io.leaves.payload := item.access.place
  port.io.write.valid := stores
  port.io.write.word := request.word
  port.io.write.data := result

  // Memory answers changes in their order.
  private val writing = SmallQueue(UInt(HeldPlace.Width bits), MemoryMaster.Writes)
  writing.io.push.valid := stores
  writing.io.push.payload := item.access.place
  writing.io.pop := answers
  held.io.answered.valid := answers
  held.io.answered.payload := writing.io.head

  // Beats and words of tables: of all that is read, and written, the order is kept.
  if (config.outsideTables) {
    case class Reader() extends Bundle {
      val isTable = Bool()
      val tag = OutsideTag()
    }
    val readers = SmallQueue(Reader(), MemoryMaster.reads(config))
    readers.io.push.valid := port.io.read.valid
    readers.io.push.payload.isTable := readsTable
    readers.io.push.payload.tag := io.reads.tag
    readers.io.pop := port.io.beat.valid
    when(readsTable)(port.io.read.payload := io.reads.beat @@ U(0, 3 bits))
    comes := port.io.beat.valid && !readers.io.head.isTable
    io.beat.valid := port.io.beat.valid && readers.io.head.isTable
    io.beat.data := port.io.beat.payload
    io.beat.tag := readers.io.head.tag
    val writers = SmallQueue(Bool(), MemoryMaster.writes(config))
    io.writes.ready := !stores
    writers.io.push.valid := port.io.write.valid
    writers.io.push.payload := io.writes.fire
    writers.io.pop := port.io.written
    when(io.writes.fire) {
      port.io.write.valid := True
      port.io.write.payload := io.writes.payload
    }
    answers := port.io.written && !writers.io.head
    io.written := port.io.written && writers.io.head
  } else {
    comes := port.io.beat.valid
    answers := port.io.written
  }

  // Who asked is told.
  private val done = RegNext(item.access)
  private val isDone = RegNext(isItem) init False
  private val before = RegNext(word)
  for ((core, i) <- io.cores.zipWithIndex) {
    core.done.valid := isDone && done.who === i
    core.done.asked := done.request.asked
    core.done.word := before
  }
  io.loaded.valid := isDone && done.who === cores && done.request.asked.answered
  io.loaded.payload := before
  if (config.trace) io.busy := !entries.io.isEmpty || !flight.io.isEmpty || hasCome || isItem || isDone || changing =/= 0
}

object OutsideValues {

  /** Accesses that were taken and are not claimed. */
  private val Entries = 4
}
