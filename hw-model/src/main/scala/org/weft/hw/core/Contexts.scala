package org.weft.hw.core

import org.weft.hw.config.{Bitwise, Choice, NicConfig}
import org.weft.hw.packet.Running
import spinal.core._
import spinal.lib._

/** A context, with a row. */
case class ContextRow(config: NicConfig) extends Bundle {
  val context = UInt(config.contextWidth bits)

  /** Its place in row memory. */
  val row = UInt(config.placeWidth bits)
}

/** The contexts of a half: which are free, which can be selected, their row counters, and which lines
  * of their stacks have to be zeroed before they are free again.
  */
case class Contexts(config: NicConfig, half: Int) extends Component {
  import config.{contextWidth, halfContexts, stackLines}
  private val count = config.contextsOf(half)

  val io = new Bundle {

    /** First row of the program in each bank. */
    val entries = in Vec (UInt(config.rowWidth bits), config.machine.banks)

    /** The oldest packet without context; whether it is lowest one now, and which. */
    val startable = slave(Flow(Running(config)))
    val starts = out Bits (halfContexts bits)

    /** Whether it is the half's turn; who is selected. */
    val selects = in Bool ()
    val selected = master(Flow(ContextRow(config)))

    /** Those that cannot be selected, since they wait for their logical CPU. */
    val parked = in Bits (halfContexts bits)

    /** A row has left the pipeline: where its context goes on, perhaps later. */
    val finished = slave(Flow(ContextRow(config)))
    val ready = slave(Flow(UInt(contextWidth bits)))
    val ends = slave(Flow(UInt(contextWidth bits)))

    /** Goes on with another program. */
    val restarts = slave(Flow(UInt(contextWidth bits)))

    /** Lines of a context's stack that its row stores to. */
    val touching = in UInt (contextWidth bits)
    val touches = Vec(slave(Flow(StackLines(config))), config.memoryPorts)

    /** Those that its row's call copies to. */
    val copied = if (config.copies) slave(Flow(Bits(config.stackLines bits))) else null

    /** A line that is zeroed in this clock, of those in which the half moves. */
    val moves = in Bool ()
    val zeroed = master(Flow(UInt(config.lineWidth bits)))

    val lookups = Vec(new Bundle {
      val context = in UInt (contextWidth bits)
      val running = out(Running(config))
    }, 3)
  }

  private def set(context: Flow[UInt]): Bits =
    Mux(context.valid, UIntToOh(context.payload, halfContexts), B(0, halfContexts bits))

  // Contexts that there are: where it is one, its number is a constant.
  private val own = B((BigInt(1) << count) - 1, halfContexts bits)
  private val free = Reg(Bits(halfContexts bits)) init (BigInt(1) << count) - 1
  private val ready = Reg(Bits(halfContexts bits)) init 0
  private val fresh = Reg(Bits(halfContexts bits)) init 0
  private val dirty = Reg(Bits(halfContexts bits)) init 0
  private val zeroing = Reg(Bits(halfContexts bits)) init 0

  // The free one with the lowest number.
  private val lowest = OHMasking.first(free & own)
  io.starts := Mux(io.startable.valid, lowest, B(0, halfContexts bits))
  private val running = Mem(Running(config), 1 << contextWidth)
  running.write(OHToUInt(io.starts).resized, io.startable.payload, io.starts.orR)
  io.lookups.foreach(l => l.running := running.readAsync(l.context))

  // Round-robin: those above the last one, else all.
  private val candidates = (ready & own) | io.starts
  private val above = Reg(Bits(halfContexts bits)) init 0
  private val selectable = candidates & ~io.parked
  private val later = selectable & above
  private val chosen = OHMasking.first(Mux(later.orR, later, selectable))
  private val rows = Mem(UInt(config.placeWidth bits), 1 << contextWidth)
  private val context = OHToUInt(chosen)
  io.selected.valid := io.selects && selectable.orR
  io.selected.context := context.resized
  private val banks = Reg(Bits(halfContexts bits)) init 0
  private val begun = Mux(io.startable.bank, io.starts, B(0, halfContexts bits))
  banks := (banks & ~io.starts) | begun
  private val bank = (((banks & ~io.starts) | begun) & chosen).orR
  private val entry = config.place(bank, Choice(io.entries, bank.asUInt))
  io.selected.row := Mux(((fresh | io.starts) & chosen).orR, entry, rows.readAsync(context.resized))
  private val leaving = Mux(io.selected.valid, chosen, B(0, halfContexts bits))
  when(io.selected.valid) {
    above := ~(chosen | (chosen.asUInt - 1).asBits)
  }

  rows.write(io.finished.context, io.finished.row, io.finished.valid)
  fresh := (fresh & ~Mux(io.finished.valid, UIntToOh(io.finished.context, halfContexts),
    B(0, halfContexts bits))) | io.starts

  // Stacks: lines that were stored to, and those being zeroed, one in a clock in which the half moves.
  // In the clocks in between rows touch them: one decoder serves both, and one port of the memory.
  private val lines = Mem(Bits(stackLines bits), 1 << contextWidth)
  lines.init(Seq.fill(1 << contextWidth)(B(0, stackLines bits)))
  private val first = OHMasking.first(zeroing & own)
  private val zeroed = OHToUInt(first).resize(contextWidth)
  private val clears = io.moves && zeroing.orR
  private val which = Mux(io.moves, zeroed, io.touching)
  private val before = lines.readAsync(which)
  private val (line, isLast) = StackLines.first(config, before)
  private val touches = (io.touches.map(_.valid) ++ Option.when(config.copies)(io.copied.valid)).orR
  private val changes = {
    val one = StackLines(config)
    one.line := Mux(io.moves, line, io.touches.head.line)
    one.isNext := !io.moves && io.touches.head.isNext
    one.marks(io.moves || io.touches.head.valid)
  }
  private val others = io.touches.tail.toSeq.flatMap(t => t.payload.marks(t.valid))
  private val after = Bitwise((before +: changes) ++ others, io.moves) { case (before +: marks, Seq(clears)) =>
    val isMarked = marks.grouped(2).map(_.reduce(_ && _)).toSeq
    Mux(clears, before && !isMarked.head, before || isMarked.orR)
  }
  private val copied = if (config.copies) io.copied.payload & io.copied.valid #* config.stackLines else B(0, config.stackLines bits)
  lines.write(which, after | copied, clears || touches)
  io.zeroed.valid := clears
  io.zeroed.payload := config.stackLine(zeroed) + line.resize(config.lineWidth)

  private val touching = UIntToOh(io.touching, halfContexts)
  private val clean = Mux(clears && isLast, first, B(0, halfContexts bits))
  private val ends = set(io.ends)
  private val restarts = set(io.restarts)
  private val goesOn = Reg(Bits(halfContexts bits)) init 0 // Of those being zeroed: is not free then.
  goesOn := (goesOn & ~clean) | (restarts & dirty)
  ready := (candidates & ~leaving) | set(io.ready) | (restarts & ~dirty) | (clean & goesOn)
  dirty := (dirty & ~clean) | Mux(touches, touching, B(0, halfContexts bits))
  zeroing := (zeroing & ~clean) | ((ends | restarts) & dirty)
  free := (free & ~io.starts) | (ends & ~dirty) | (clean & ~goesOn)
}
