package org.weft.hw.table

import org.weft.hw.config.{LargeMemory, NicConfig}
import spinal.core._
import spinal.lib._

/** What is known of a map's entries: those below `used` were in use at some time, a list of them is free. */
case class EntryState(config: NicConfig) extends Bundle {
  val used, count = UInt(config.entryWidth + 1 bits)
  val hasFree = Bool()

  /** The entry that was freed last; or the place of the one that was freed first, behind which the others stand. */
  val free = UInt(config.entryWidth bits)
}

/** The entries of maps that are free, and which one a value is put in: the CPU's spare one for one that is changed,
  * the one that was freed last, or, of tries, the one that was freed first. See docs/microarchitecture.md, [T3].
  */
case class EntryPool(config: NicConfig) extends Component {
  private val width = config.entryWidth

  val io = new Bundle {
    val map = in UInt (config.tableMapWidth bits)
    val cpu = in UInt (config.cpuWidth bits)
    val firstBeat = in UInt (width bits)
    val spares, oldestFirst = in Bool ()
    val room = in UInt (width + 1 bits)

    /** The map's state is read; known from the next clock on, `used` in this one. */
    val loads = in Bool ()
    val used = out UInt (width + 1 bits)

    /** Known three clocks later: how many keys there are, the entry of a new key, that of a value that changes. */
    val count = out UInt (width + 1 bits)
    val first = out UInt (width bits)
    val replacement = out UInt (width bits)

    /** An entry becomes free. The first one is taken. It is, or the spare one, instead of another. */
    val gives, takes, replaces = in Bool ()
    val entry = in UInt (width bits)

    /** The map's state is kept. */
    val keeps = in Bool ()

    /** Nothing is known of any map. */
    val cleans = in Bool ()
    val cleaned = in UInt (config.tableMapWidth + config.cpuWidth bits)
  }

  private val states = Mem(Bits(EntryState(config).getBitsWidth bits), 1 << config.tableMapWidth)
  private val now = Reg(EntryState(config)) // Looked at once it is read.
  private val read = EntryState(config)
  read.assignFromBits(states.readAsync(io.map))
  states.write(Mux(io.cleans, io.cleaned.resize(config.tableMapWidth), io.map),
    Mux(io.cleans, B(0, now.getBitsWidth bits), now.asBits), io.keeps || io.cleans)
  when(io.loads)(now := read)
  io.used := Mux(io.loads, read.used, now.used)
  io.count := now.count

  // By entry: the free one behind it; or by place: the entry that was freed.
  private case class Link() extends Bundle {
    val valid = Bool()
    val entry = UInt(width bits)
  }
  private val links = LargeMemory(config, Mem(Link(), config.tableBeats))
  private val link = links.readSync(io.firstBeat + now.free)

  // All that are not in use are free; few of them wait as long as there are new ones.
  private val waiting = now.used - now.count
  private val waits = waiting < EntryPool.Grace && now.used =/= io.room
  private def place(at: UInt): UInt = Mux(at >= io.room, at - io.room, at).resize(width)
  private val newest = place((now.free +^ waiting).resize(width + 1))
  private val first = Mux(io.oldestFirst, Mux(waits, now.used.resize(width), link.entry),
    Mux(now.hasFree, now.free, now.used.resize(width)))
  io.first := first

  private val spares = Mem(Bits(width + 1 bits), 1 << (config.tableMapWidth + config.cpuWidth))
  private val own = io.map @@ io.cpu
  private val spare = Link()
  spare.assignFromBits(spares.readSync(own))
  io.replacement := Mux(io.spares, Mux(spare.valid, spare.entry, now.used.resize(width)), first)

  private val swaps = io.replaces && io.spares
  private val kept = Link()
  kept.valid := True
  kept.entry := io.entry
  spares.write(Mux(io.cleans, io.cleaned, own), Mux(io.cleans, B(0, width + 1 bits), kept.asBits), swaps || io.cleans)

  private val isNew = Mux(io.spares && io.replaces, !spare.valid, Mux(io.oldestFirst, waits, !now.hasFree))
  when((io.takes || io.replaces) && isNew)(now.used := now.used + 1)
  when(io.takes) {
    now.count := now.count + 1
    now.hasFree := now.hasFree && link.valid
    now.free := link.entry
  }
  private val linked = Link()
  linked.valid := now.hasFree && (io.gives || link.valid)
  linked.entry := Mux(io.gives, now.free, link.entry)
  private val freed = io.gives || io.replaces && !io.spares
  links.write(io.firstBeat + Mux(io.oldestFirst, newest, io.entry), Mux(io.oldestFirst, kept, linked), freed)
  when(freed) {
    now.hasFree := True
    now.free := io.entry
  }
  when(io.oldestFirst && !io.loads) {
    now.free := Mux((io.takes || io.replaces) && !waits, place((now.free +^ 1).resize(width + 1)), now.free)
  }
  when(io.gives)(now.count := now.count - 1)
}

object EntryPool {

  /** So many entries stay free as long as there are new ones, where the oldest is used first. */
  private val Grace = 64
}
