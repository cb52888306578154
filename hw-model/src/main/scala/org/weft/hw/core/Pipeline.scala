package org.weft.hw.core

import org.weft.hw.config.{Choice, NicConfig}
import org.weft.hw.packet.{Ending, Facts, Incoming, Running}
import org.weft.isa.row.Fact
import spinal.core._
import spinal.lib._

/** A slot word on its way into row memory. */
case class RowWrite(config: NicConfig) extends Bundle {
  val row = UInt(config.rowWidth bits)
  val lane = UInt(log2Up(config.lanes) max 1 bits)
  val word = Bits(64 bits)
}

/** What simulation sees of a core. */
case class CoreTrace(config: NicConfig) extends Bundle {

  /** A row is in its memory stage: whether it is executed, or issued again later. */
  val issues = Flow(ContextRow(config))
  val half = UInt(1 bits)
  val executes = Bool()

  /** By half: a context starts with a packet; one ends with an r0. */
  val starts = Vec(Bits(config.halfContexts bits), 2)
  val ends = Vec(Flow(UInt(config.contextWidth bits)), 2)
  val results = Vec(Bits(32 bits), 2)
}

/** The stages of a core: rows are fetched, decoded and executed. See docs/microarchitecture.md, 1. */
case class Pipeline(config: NicConfig) extends Component {
  import config.{contextWidth, lanes, machine, stages}

  val io = new Bundle {

    /** Lowest bit of the clock's number. */
    val phase = in Bool ()
    val program = slave(Flow(RowWrite(config)))
    val entry = in UInt (config.rowWidth bits)
    val halves = Vec(new Bundle {
      val startable = slave(Flow(Running(config)))
      val started = out Bool ()
      val incoming = in(Incoming(config))
      val ends = master(Flow(Ending(config)))
      val lookup = out UInt (config.bufferWidth bits)
      val facts = in(Facts(config))
      val zeroed = master(Flow(UInt(config.lineWidth bits)))
      val read = Vec(Vec(in(Bits(8 * machine.bankBytes bits)), 8), 2)
    }, 2)

    /** Of the half whose row is in the memory stage. */
    val memory = Vec(Vec(out(BankPort(config)), 8), 2)

    /** By half: whether what moves in and out has its memory in this clock. */
    val moves = out Bits (2 bits)
    val trace = if (config.trace) out(CoreTrace(config)) else null
  }

  /** Whether the row in a stage is half 1's. */
  private def halfAt(stage: Int): Bool =
    if (config.single) False else if (stage % 2 == 0) io.phase else !io.phase
  private def ofHalf[T <: Data](stage: Int)(values: Seq[T]): T =
    Mux(halfAt(stage), values(1), values(0))

  private val contexts = (0 to 1).map(h => Contexts(config, h))
  private val files = Seq.fill(2)(
    RegisterFile(config, if (stages.sharesPorts) lanes else 2 * lanes))

  // Select and fetch.
  for ((c, h) <- contexts.zipWithIndex) {
    c.io.entry := io.entry
    c.io.startable << io.halves(h).startable
    io.halves(h).started := c.io.starts.orR
    c.io.selects := halfAt(0) === Bool(h == 1)
    c.io.moves := io.moves(h)
    io.halves(h).zeroed << c.io.zeroed
    files(h).io.starts := c.io.starts
  }
  private val selected = ofHalf(0)(contexts.map(_.io.selected))
  private val rowMemory = Seq.fill(lanes)(Mem(Bits(64 bits), machine.rows))
  private val words = for ((memory, lane) <- rowMemory.zipWithIndex) yield {
    if (config.rows.nonEmpty) {
      val unused = Seq.fill(machine.rows - config.rows.size)(0L)
      memory.init((config.rows.map(_(lane)) ++ unused).map(w => B(BigInt(w.toHexString, 16), 64 bits)))
    }
    memory.write(io.program.row, io.program.word, io.program.valid && io.program.lane === lane)
    Delay(memory.readSync(selected.row), stages.first - 1)
  }

  private def validAt(stage: Int) = Delay(selected.valid, stage, init = False)
  private def contextAt(stage: Int) = Delay(selected.context, stage)
  private def rowAt(stage: Int) = Delay(selected.row, stage)
  for (h <- 0 to 1) {
    io.moves(h) := (if (config.single) !validAt(stages.memory)
      else halfAt(stages.memory) =/= Bool(h == 1))
  }

  // Operands. Facts are looked up by the context's buffer, a stage before where there is one for it.
  private val looks = (stages.first - 1) max 1
  for ((c, h) <- contexts.zipWithIndex) {
    c.io.lookups(0).context := contextAt(looks)
    io.halves(h).lookup := Delay(c.io.lookups(0).running.buffer, stages.first - looks)
  }
  private val running =
    Delay(ofHalf(looks)(contexts.map(_.io.lookups(0).running)), stages.first - looks)
  private val facts = ofHalf(stages.first)(io.halves.map(_.facts).toSeq)

  private def fact(number: UInt): Bits = number.muxListDc(Fact.values().toSeq.map(f =>
    f.ordinal() -> (f match {
      case Fact.LENGTH          => facts.length.asBits.resize(64 bits)
      case Fact.METADATA        => B(0, 64 bits)
      case Fact.INGRESS_IFINDEX => facts.origin.ifindex.asBits.resize(64 bits)
      case Fact.RX_QUEUE_INDEX  => facts.origin.queue.asBits.resize(64 bits)
      case Fact.EGRESS_IFINDEX  => B(0, 64 bits)
      case Fact.CPU             => facts.origin.cpu.asBits.resize(64 bits)
      case Fact.TIME            => facts.origin.time.asBits
    })))

  private def firstBit(bit: Bool): Bits = B(0, 31 bits) ## bit

  private def toExecute[T <: Data](value: T): T = Delay(value, stages.execute - stages.first)
  private val toSecond = stages.second - stages.first

  private val slots = words.zipWithIndex.map { case (word, lane) =>
    val fields = SlotFields(word)
    val control = SlotDecoder(word)
    val late = SlotFields(Delay(word, toSecond))
    val imm = Delay(late.imm, config.readStages)
    for ((file, h) <- files.zipWithIndex) {
      val a = RegisterPlace(config, fields.a)
      val b = RegisterPlace(config, late.b)
      val read = file.io.reads(lane)
      if (stages.sharesPorts) {
        val isFirst = if (config.single) validAt(stages.first) else halfAt(stages.first) === Bool(h == 1)
        read.context := Mux(isFirst, contextAt(stages.first), contextAt(stages.second))
        read.place := Mux(isFirst, a, b)
      } else {
        read.context := contextAt(stages.first)
        read.place := a
        file.io.reads(lanes + lane).context := contextAt(stages.second)
        file.io.reads(lanes + lane).place := b
      }
    }
    val readsA = files.map(_.io.reads(lane))
    val readsB = files.map(_.io.reads(if (stages.sharesPorts) lane else lanes + lane))
    val storedA = ofHalf(stages.first + config.readStages)(readsA.map(_.data))
    val writtenA = ofHalf(stages.first + config.readStages)(readsA.map(_.isWritten))
    val storedB = ofHalf(stages.second + config.readStages)(readsB.map(_.data))
    val writtenB = ofHalf(stages.second + config.readStages)(readsB.map(_.isWritten))

    val factOf = Mux(fields.opcode === org.weft.isa.row.Opcode.FACT.number,
      fields.mod(2 downto 0).asUInt, fields.a(2 downto 0))
    // What zeroes an operand stands outside of all else: registers can do that for nothing.
    val read = Delay(control, config.readStages)
    val anyA = Mux(read.readsFact, Delay(fact(factOf), config.readStages), storedA)
    val unwrittenA = !read.readsFact && !writtenA
    val noneA = read.zeroA || unwrittenA
    val isR1 = Delay(fields.a === 1, config.readStages)
    val lowA = Mux(noneA, firstBit(!read.zeroA && isR1), anyA(31 downto 0))
    val a = Mux(noneA || read.is32, B(0, 32 bits), anyA(63 downto 32)) ## lowA

    val c = Delay(control, toSecond + config.readStages)
    val short = imm(31 downto 16).asSInt.resize(64).asBits
    val constant = Mux(c.store, short, imm.asSInt.resize(64).asBits)
    val anyB = Mux(c.constant, constant, storedB)
    val noneB = !c.constant && !writtenB
    val lowB = Mux(noneB, firstBit(Delay(late.b === 1, config.readStages)), anyB(31 downto 0))
    val upperB = Mux(c.alu.high, lowB, Mux(noneB, B(0, 32 bits), anyB(63 downto 32)))
    val b = Mux(c.is32, B(0, 32 bits), upperB) ## lowB
    val rest = stages.execute - stages.second - config.readStages
    new Area {
      val operandA = Delay(a, stages.execute - stages.first - config.readStages)
      val operandB = Delay(b, rest)
      val full = toExecute(word)
      val does = toExecute(control)
    }
  }

  // Execute.
  private val valid = validAt(stages.execute)
  private val alus = slots.map { slot =>
    val alu = Alu()
    alu.io.control := slot.does.alu
    alu.io.condition := slot.does.condition
    alu.io.a := slot.operandA
    alu.io.b := slot.operandB
    alu
  }
  private val taken = slots.zip(alus).map { case (slot, alu) =>
    (slot.does.branch || slot.does.exit) && alu.io.holds
  }
  private val lives = slots.indices.map(lane => !taken.take(lane).orR)
  private val leaver = OHToUInt(OHMasking.first(Vec(taken).asBits))
  private val way = SlotFields(Choice(slots.map(_.full), leaver))
  private val isTaken = taken.orR
  private val exits = isTaken && Choice(slots.map(_.does.exit), leaver)
  private val next = Mux(isTaken, (way.mod ## way.dst.asBits).asUInt.resize(config.rowWidth),
    rowAt(stages.execute) + 1)

  /** The lane of each of a row's users of a unit, in order, and whether there is one. */
  private def users(count: Int, wants: Seq[Bool]): Seq[(Bool, UInt)] = {
    val masks = (0 until count).scanLeft(Vec(wants).asBits) { case (rest, _) =>
      rest & ~OHMasking.first(rest)
    }
    masks.take(count).map(mask =>
      (mask.orR, OHToUInt(OHMasking.first(mask)).resize(log2Up(lanes) max 1)))
  }
  private def lane[T <: Data](index: UInt, values: Seq[T]): T = Choice(values, index)
  private def a = slots.map(_.operandA)
  private def b = slots.map(_.operandB)

  private val shifts = for ((_, user) <- users(machine.shifters, slots.map(_.does.shifter))) yield {
    val shifter = Shifter(stages.memory != stages.execute)
    shifter.io.control := lane(user, slots.map(s => ShifterControl(s.full)))
    shifter.io.a := lane(user, a)
    shifter.io.b := lane(user, b)
    (Delay(user, stages.align - stages.execute), RegNext(shifter.io.result))
  }
  private val products =
    for ((_, user) <- users(machine.multipliers, slots.map(_.does.multiplier))) yield {
      val multiplier = Multiplier(stages.memory != stages.execute)
      multiplier.io.a := lane(user, a).asUInt
      multiplier.io.b := lane(user, b).asUInt
      multiplier.io.is32 := lane(user, slots.map(_.does.is32))
      (Delay(user, stages.align - stages.execute), multiplier.io.result.asBits)
    }

  // Memory.
  private val toMemory = stages.memory - stages.execute
  private val half = halfAt(stages.memory)
  private val incoming = Mux(half, io.halves(1).incoming, io.halves(0).incoming)
  private val mine = Delay(running.buffer, stages.memory - stages.first)
  private val bounds = Bounds(config)
  private val where = toExecute(running)
  bounds.packet := where.address
  bounds.stack := ((U(config.firstStackLine) + contextAt(stages.execute) * config.stackLines) <<
    config.lineShift).resized
  bounds.length := toExecute(facts.length)
  bounds.metadata := 0

  private def isLocal(slot: Bits): Bool = SlotFields(slot).mod(6) === False
  private val accessing = slots.map(s => (s.does.load || s.does.store) && isLocal(s.full))
  private val ports = for ((used, user) <- users(machine.memoryPorts, accessing)) yield {
    val port = MemoryPort(config)
    port.io.access := lane(user, slots.map(s => Access(s.full)))
    port.io.base := lane(user, a)(15 downto 0).asUInt
    port.io.offset := lane(user, slots.map(_.full))(15 downto 0).asUInt
    port.io.value := lane(user, b)
    port.io.bounds := bounds
    port.io.arrived := incoming.arrived.resize(16 bits).asSInt
    port.io.received := incoming.length.resize(16 bits).asSInt
    (port, Delay(used, toMemory), Delay(used && lane(user, lives), toMemory),
      Delay(user, stages.align - stages.execute))
  }
  private val waits = incoming.active && incoming.buffer === mine &&
    ports.map { case (port, used, _, _) => used && port.io.waits }.orR
  private val executes = validAt(stages.memory) && !waits
  for (p <- 0 until 2) {
    if (p < ports.size) {
      val (port, _, lives, _) = ports(p)
      port.io.stores := executes && lives && Delay(port.io.access.store, toMemory)
      for (bank <- 0 until 8) {
        io.memory(p)(bank).line := port.io.banks(bank).line
        io.memory(p)(bank).mask := port.io.banks(bank).mask
        io.memory(p)(bank).data := Cat(Seq.fill(machine.bankBytes)(port.io.banks(bank).data))
      }
      port.io.read := Mux(halfAt(stages.align), io.halves(1).read(p), io.halves(0).read(p))
    } else {
      io.memory(p).foreach(_.clearAll())
    }
  }
  for ((c, h) <- contexts.zipWithIndex) {
    val here = half === Bool(h == 1)
    c.io.touching := contextAt(stages.memory)
    c.io.touches := Mux(here, ports.map(_._1.io.touches).reduce(_ | _), B(0, config.stackLines bits))
  }

  // The verdict of an exit is read while nothing of its context changes.
  private val way_ = SlotFields(Delay(Choice(slots.map(_.full), leaver),
    toMemory))
  files.foreach { file =>
    file.io.verdict.context := contextAt(stages.memory)
    file.io.verdict.place := RegisterPlace(config, way_.dst)
  }
  private val constantVerdict = way_.mod(6 downto 0).resize(32 bits)
  private def verdictOf[T <: Data](stored: Seq[T], constant: T): T =
    Mux(Delay(way_.mod(7), config.readStages), ofHalf(stages.memory + config.readStages)(stored),
      Delay(constant, config.readStages))
  private val verdict =
    verdictOf(files.map(_.io.verdict.value), VerdictClass(constantVerdict))
  private val result = if (config.trace) {
    verdictOf(files.map(_.io.verdict.raw), constantVerdict)
  } else null

  // Division: its results are late.
  private val dividing = if (machine.dividers == 0) null else DividerQueue(config)
  if (dividing != null) {
    val (used, user) = users(1, slots.map(_.does.divider)).head
    val push = dividing.io.push
    push.valid := executes && Delay(used && lane(user, lives), toMemory)
    push.context := contextAt(stages.memory)
    push.half := half.asUInt
    push.place := RegisterPlace(config, SlotFields(Delay(lane(user, slots.map(_.full)), toMemory)).dst)
    push.control := Delay(lane(user, slots.map(s => DividerControl(s.full))), toMemory)
    push.a := Delay(lane(user, a), toMemory).asUInt
    push.b := Delay(lane(user, b), toMemory).asUInt
  }

  // Align, and write: each lane its bank.
  private val toAlign = stages.align - stages.execute
  private val toWrite = stages.write - stages.execute
  private val writing = halfAt(stages.write)
  private val executed = Delay(executes, stages.write - stages.memory, init = False)
  private val results = for ((slot, lane) <- slots.zipWithIndex) yield {
    val does = Delay(slot.does, toAlign)
    def fromUnit(units: Seq[(UInt, Bits)]): Bits = {
      val mine = units.map { case (user, value) => (user === lane, value) }
      mine.tail.foldLeft(mine.head._2) { case (other, (is, value)) => Mux(is, value, other) }
    }
    val loads = fromUnit(ports.map { case (port, _, _, user) => (user, port.io.loaded) })
    val shift = fromUnit(shifts)
    val value = Bits(64 bits)
    value := Delay(alus(lane).io.result, toAlign)
    when(does.load)(value := loads)
    when(does.shifter)(value := shift)
    if (products.nonEmpty) when(does.multiplier)(value := fromUnit(products))
    RegNext(value)
  }
  private val late = if (dividing != null) dividing.io.result else null
  for ((file, h) <- files.zipWithIndex) {
    val here = writing === Bool(h == 1)
    file.io.writer := contextAt(stages.write)
    for ((write, lane) <- file.io.writes.zipWithIndex) {
      val does = slots(lane).does
      val writes = does.writes && !does.divider && lives(lane) &&
        (!does.load || isLocal(slots(lane).full))
      write.valid := here && executed && Delay(writes, toWrite)
      write.context := file.io.writer
      write.index := RegisterPlace(config, Delay(SlotFields(slots(lane).full).dst, toWrite)).index
      write.data := results(lane)
      if (late != null) {
        when(!here) {
          write.valid := late.fire && late.half === h && late.place.lane === lane
          write.index := late.place.index
          write.data := late.value
        }
      }
    }
    if (late != null) when(!here)(file.io.writer := late.context)
  }
  if (late != null) late.ready := late.half.asBool =/= writing

  // Where contexts go on: with the row's end, or when they wait for nothing more.
  private val finished = validAt(stages.write)
  private val lateExit = (0 to 1).map(_ => Reg(Bits(config.halfContexts bits)) init 0)
  private val waiting = (0 to 1).map(_ => Reg(Bits(config.halfContexts bits)) init 0)
  private val finishing = contextAt(stages.write)
  private val leaves = executed && Delay(exits, toWrite)
  private val ending = Delay(verdict, stages.write - stages.memory - config.readStages)
  for ((c, h) <- contexts.zipWithIndex) {
    val here = writing === Bool(h == 1)
    val out = io.halves(h)
    c.io.finished.valid := finished && here
    c.io.finished.context := finishing
    c.io.finished.row := Mux(executed, Delay(next, toWrite), rowAt(stages.write))
    val waitsOn = waiting(h)(finishing)
    c.io.ready.valid := finished && here && !leaves && !waitsOn
    c.io.ready.payload := finishing
    c.io.ends.valid := leaves && here && !waitsOn
    c.io.ends.payload := finishing
    c.io.lookups(1).context := c.io.ends.payload
    out.ends.valid := c.io.ends.valid
    out.ends.buffer := c.io.lookups(1).running.buffer
    out.ends.fate := ending
    if (late != null) {
      val one = UIntToOh(late.context, config.halfContexts)
      val done = late.fire && late.half === h
      val fates = Mem(UInt(3 bits), 1 << contextWidth)
      fates.write(finishing, ending, here && leaves)
      when(here && leaves && waitsOn)(lateExit(h)(finishing) := True)
      when(done) {
        c.io.ready.valid := !lateExit(h)(late.context)
        c.io.ready.payload := late.context
        c.io.ends.valid := lateExit(h)(late.context)
        c.io.ends.payload := late.context
        out.ends.fate := fates.readAsync(late.context)
        waiting(h) := waiting(h) & ~one
        lateExit(h) := lateExit(h) & ~one
      }
      when(dividing.io.push.valid && half === Bool(h == 1)) {
        waiting(h)(contextAt(stages.memory)) := True
      }
    }
  }

  if (config.trace) {
    io.trace.issues.valid := validAt(stages.memory)
    io.trace.issues.context := contextAt(stages.memory)
    io.trace.issues.row := rowAt(stages.memory)
    io.trace.half := half.asUInt
    io.trace.executes := executes
    for ((c, h) <- contexts.zipWithIndex) {
      io.trace.starts(h) := c.io.starts
      io.trace.ends(h) << c.io.ends
      val kept = Mem(Bits(32 bits), 1 << contextWidth)
      val now = Delay(result, stages.write - stages.memory - config.readStages)
      val here = writing === Bool(h == 1)
      kept.write(finishing, now, here && leaves)
      io.trace.results(h) := Mux(here, now, kept.readAsync(c.io.ends.payload))
    }
  }
}
