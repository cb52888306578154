package org.weft.hw.core

import org.weft.hw.row._
import org.weft.hw.config.{Bitwise, Choice, NicConfig}
import org.weft.hw.map.{DescriptorWrite, MapChannel, MapUnit, OutsideChannel}
import org.weft.hw.call.{CallUnit, Calls, LineWrite, WordRead}
import org.weft.hw.event.EventChannel
import org.weft.hw.packet.{Ending, Facts, Incoming, Running, Shape, Target}
import org.weft.hw.ring.RingChannel
import org.weft.hw.table.TableChannel
import org.weft.isa.row.Opcode
import org.weft.isa.xdp.HelperFunction
import spinal.core._
import spinal.lib._

/** A slot word on its way into row memory. */
case class RowWrite(config: NicConfig) extends Bundle {
  val bank = Bool()
  val row = UInt(config.rowWidth bits)
  val lane = UInt(log2Up(config.lanes) max 1 bits)
  val word = Bits(64 bits)

  /** What the row asks of its packet's CPU, one of [[CpuMark]]. */
  val mark = UInt(2 bits)
}

/** The stages of a core: rows are fetched, decoded and executed. See docs/microarchitecture.md, 1. */
case class Pipeline(config: NicConfig) extends Component {
  import config.{contextWidth, lanes, machine, stages}

  val io = new Bundle {

    /** Lowest bit of the clock's number. */
    val phase = in Bool ()
    val program = slave(Flow(RowWrite(config)))
    val entries = in Vec (UInt(config.rowWidth bits), config.machine.banks)
    val halves = Vec(new Bundle {
      val startable = slave(Flow(Running(config)))
      val started = out Bool ()
      val incoming = in(Incoming(config))
      val ends = master(Flow(Ending(config)))
      val lookup = out UInt (config.bufferWidth bits)
      val facts = in(Facts(config))
      val zeroed = master(Flow(UInt(config.lineWidth bits)))

      /** What programs change of a buffer's packet; bytes that are made zero on the way out. */
      val shape = master(Flow(Shape(config)))
      val target = master(Flow(UInt(Target.Width bits)))
      val changed = out UInt (config.bufferWidth bits)
      val zeroes = master(Flow(LineWrite(config)))

      /** What calls read on the way out. */
      val reads = master(Flow(WordRead(config)))
      val read = Vec(Vec(in(Bits(8 * machine.bankBytes bits)), 8), 2)
    }, 2)

    /** What was read at the second port for what moves. */
    val moved = Vec(in(Bits(8 * machine.bankBytes bits)), 8)

    val map = master(MapChannel(config))
    val outside = if (config.outside) master(OutsideChannel(config)) else null
    val tables = master(TableChannel(config))
    val rings = if (config.rings) master(RingChannel(config)) else null
    val events = if (config.events) master(EventChannel(config)) else null
    val descriptor = slave(Flow(DescriptorWrite(config)))
    val seed = in UInt (32 bits)

    /** Of the half whose row is in the memory stage. */
    val memory = Vec(out(RowPort(config)), 2)

    /** By half: whether what moves in and out has its memory in this clock. */
    val moves = out Bits (2 bits)

    /** Whether requests for map values have not yet been taken. */
    val posting = out Bool ()
    val trace = if (config.trace) out(CoreTrace(config)) else null
  }

  private val selected = Flow(ContextRow(config))
  private val flight = new Flight(config, io.phase, selected)
  import flight.{contextAt, halfAt, ofHalf, rowAt, validAt}

  private val contexts = (0 to 1).map(h => Contexts(config, h))
  private val files = Seq.fill(2)(
    RegisterFile(config, if (stages.sharesPorts) lanes else 2 * lanes))

  // Select and fetch.
  for ((c, h) <- contexts.zipWithIndex) {
    c.io.entries := io.entries
    c.io.startable << io.halves(h).startable
    io.halves(h).started := c.io.starts.orR
    c.io.selects := halfAt(0) === Bool(h == 1)
    c.io.moves := io.moves(h)
    io.halves(h).zeroed << c.io.zeroed
  }
  selected << ofHalf(0)(contexts.map(_.io.selected))
  private val written = config.place(io.program.bank, io.program.row)
  private val rowMemory = Seq.fill(lanes)(Mem(Bits(64 bits), config.places))
  private val fetched = for ((memory, lane) <- rowMemory.zipWithIndex) yield {
    if (config.rows.nonEmpty) {
      val unused = Seq.fill(config.places - config.rows.size)(0L)
      memory.init((config.rows.map(_(lane)) ++ unused).map(w => B(BigInt(w.toHexString, 16), 64 bits)))
    }
    memory.write(written, io.program.word, io.program.valid && io.program.lane === lane)
    memory.readSync(selected.row)
  }
  // A packet that has the core for itself is alone.
  private val mark = if (config.single) U(CpuMark.Open, 2 bits) else {
    val marks = Mem(UInt(2 bits), config.places)
    if (config.marks.nonEmpty) {
      marks.init(config.marks.padTo(config.places, 0).map(m => U(m, 2 bits)))
    }
    marks.write(written, io.program.mark, io.program.valid)
    Delay(marks.readSync(selected.row), stages.memory - 1)
  }
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

  // How often a row was issued before its registers were all read.
  private val issues = Option.when(config.issues > 1)(Mem(UInt(2 bits), 2 << contextWidth))
  private val issue = issues.map(_.readAsync(halfAt(stages.first).asUInt @@ contextAt(stages.first)))
    .getOrElse(U(0, 2 bits))

  private def toExecute[T <: Data](value: T): T = Delay(value, stages.execute - stages.first)
  private val slots =
    fetched.zipWithIndex.map { case (word, lane) => new Lane(config, lane, word, flight, files, io.halves.map(_.facts).toSeq, issue) }

  // Execute.
  private val valid = validAt(stages.execute)
  private val alus = slots.map { slot =>
    val alu = Alu()
    alu.io.control := slot.does.alu
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
  private val next = {
    val at = rowAt(stages.execute)
    val target = (way.mod ## way.dst.asBits).asUInt.resize(config.rowWidth)
    config.place(at.msb, Mux(isTaken, target, at.resize(config.rowWidth) + 1))
  }

  /** The lane of each of a row's users of a unit, in order, and whether there is one. */
  private def users(count: Int, wants: Seq[Bool]): Seq[(Bool, UInt)] = {
    val masks = (0 until count).scanLeft(Vec(wants).asBits) { case (rest, _) =>
      rest & ~OHMasking.first(rest)
    }
    masks.take(count).map(mask =>
      (mask.orR, OHToUInt(OHMasking.first(mask)).resize(log2Up(wants.size) max 1)))
  }
  private def lane[T <: Data](index: UInt, values: Seq[T]): T = Choice(values, index)

  /** The lanes of a row's accesses of packet and stack: that of the first one at the first port, of the last one at
    * the second one; of a lone one at the port for its half of the lanes. So the ports' lanes differ.
    */
  private def portUsers(wants: Seq[Bool]): Seq[Seq[(Int, Bool)]] =
    if (config.memoryPorts == 1) Seq(wants.indices.map(i => (i, wants(i) && !wants.take(i).orR)))
    else {
      val middle = (lanes + 1) / 2
      def alone(i: Int) = !(wants.take(i) ++ wants.drop(i + 1)).orR
      def first(i: Int) = !wants.take(i).orR && (if (i < middle) True else !alone(i))
      def last(i: Int) = !wants.drop(i + 1).orR && (if (i >= middle) True else !alone(i))
      val all = wants.indices
      Seq(all.filter(i => i < middle || i < lanes - 1).map(i => (i, wants(i) && first(i))),
        all.filter(i => i >= middle || i > 0).map(i => (i, wants(i) && last(i))))
    }
  private def a = slots.map(_.operandA)
  private def b = slots.map(_.operandB)

  /** How a row's shift, multiplication or division gets its operands: its lane, and what that has. */
  private class Way(val isUsed: Bool, val user: UInt) {
    val word: Bits = lane(user, slots.map(_.full))
    val operandA: Bits = Bitwise.choice(a, user)
    val operandB: Bits = Bitwise.choice(b, user)
    val does: SlotControl = lane(user, slots.map(_.does))
    val lives: Bool = lane(user, Pipeline.this.lives)
  }
  private val ways = users(machine.operandWays, slots.map(_.does).map(s => s.shifter || s.multiplier || s.divider))
    .map { case (isUsed, user) => new Way(isUsed, user) }

  /** Units of a kind, each with the ways of which it takes one, and which of them. */
  private def atWays(count: Int, does: SlotControl => Bool): Seq[(Bool, UInt)] =
    users(count, ways.map(w => w.isUsed && does(w.does)))
  private def ofWay[T <: Data](way: UInt)(value: Way => T): T = Choice(ways.map(value), way)

  private val shifts = for ((_, way) <- atWays(machine.shifters, _.shifter)) yield {
    val shifter = Shifter(stages.memory != stages.execute)
    shifter.io.control := ShifterControl(ofWay(way)(_.word))
    shifter.io.a := ofWay(way)(_.operandA)
    shifter.io.b := ofWay(way)(_.operandB)
    (Delay(ofWay(way)(_.user), stages.align - stages.execute), RegNext(shifter.io.result))
  }
  private val products = for ((_, way) <- atWays(machine.multipliers, _.multiplier)) yield {
    val multiplier = Multiplier(stages.memory != stages.execute)
    multiplier.io.a := ofWay(way)(_.operandA).asUInt
    multiplier.io.b := ofWay(way)(_.operandB).asUInt
    multiplier.io.is32 := ofWay(way)(_.does.is32)
    (Delay(ofWay(way)(_.user), stages.align - stages.execute), multiplier.io.result.asBits)
  }

  // Memory.
  private val toMemory = stages.memory - stages.execute
  private val half = halfAt(stages.memory)
  private val incoming = Mux(half, io.halves(1).incoming, io.halves(0).incoming)
  private val mine = Delay(running.buffer, stages.memory - stages.first)
  private val bounds = Bounds(config)
  private val where = toExecute(running)
  private val shape = toExecute(facts.shape)
  private val address = (where.address + shape.shift.resize(config.addressWidth).asUInt).resize(config.addressWidth)
  bounds.packet := address
  bounds.stack := (config.stackLine(contextAt(stages.execute)) << config.lineShift).resized
  bounds.length := shape.length
  bounds.metadata := shape.metadata
  private val shift = Delay(shape.shift, toMemory).resize(17)
  if (config.mapBytes > 0) {
    val early = stages.execute - 1
    val words = slots.map(_.fullAt(early))
    val (_, user) = users(1, words.map(w => SlotDecoder(w)).map(c => c.load || c.store)).head
    val places = LocalMaps(config)
    places.io.slot := lane(user, words)
    places.io.base := lane(user, slots.map(_.operandAt(early)))(63 downto 32)
    places.io.descriptor << io.descriptor
    bounds.map := places.io.address
    bounds.mapEnd := places.io.end
  }

  private def isLocal(slot: Bits): Bool = if (config.single) True else SlotFields(slot).mod(6) === False
  private val accessing = slots.map(s => (s.does.load || s.does.store) && isLocal(s.full))
  private val ports = for (uses <- portUsers(accessing)) yield {
    val port = MemoryPort(config)
    val user = OHToUInt(Vec(uses.map(_._2)))
    def of[T <: Data](value: Lane => T): T = Choice(uses.map { case (lane, _) => value(slots(lane)) }, user)
    port.io.access := of(s => Access(config, s.full))
    port.io.base := of(_.operandA(MemoryPort.baseBits(config) - 1 downto 0).asUInt)
    port.io.offset := of(_.full(15 downto 0).asUInt)
    port.io.value := Bitwise.choice(uses.map { case (lane, _) => slots(lane).operandB }, user)
    port.io.bounds := bounds
    port.io.arrived := (incoming.arrived.intoSInt.resize(17) - shift).resize(16 bits)
    port.io.received := (incoming.length.intoSInt.resize(17) - shift).resize(16 bits)
    val loads = uses.map { case (lane, uses) => (lane, Delay(uses, stages.align - stages.execute)) }
    (port, Delay(uses.map(_._2).orR, toMemory),
      Delay(uses.map { case (lane, uses) => uses && lives(lane) }.orR, toMemory), loads.toMap)
  }
  // Calls: one in a row.
  private val (called, caller) =
    users(1, slots.map(s => if (config.calls) s.does.call else False)).head
  private val calls = Calls(config)
  if (config.calls) {
    calls.io.slot := Bitwise.choice(slots.map(_.full), caller)
    calls.io.a := Bitwise.choice(a, caller)
    calls.io.b := Bitwise.choice(b, caller)
  } else Seq(calls.io.slot, calls.io.a, calls.io.b).foreach(_.clearAll())
  calls.io.shape := shape
  calls.io.address := address
  calls.io.stack := bounds.stack
  calls.io.cpu := toExecute(facts.origin.cpu)
  calls.io.issue := toExecute(issue)
  calls.io.caller.half := halfAt(stages.execute).asUInt
  calls.io.caller.context := contextAt(stages.execute)
  calls.io.tables <> io.tables
  if (config.rings) calls.io.rings <> io.rings
  if (config.events) {
    calls.io.time := toExecute(facts.origin.time)
    io.events <> calls.io.events
  }
  calls.io.half := half.asUInt
  calls.io.context := contextAt(stages.memory)
  calls.io.descriptor << io.descriptor
  private val compares = if (config.compares) toExecute(issue) === 0 && slots.map(_.does.compares).orR else False
  private val isIncomplete = Delay(called && calls.io.isIncomplete || compares, toMemory)
  calls.io.repeats := validAt(stages.memory) && Delay(called, toMemory) && isIncomplete
  private val callNeeds = Delay(called && calls.io.needsPacket, toMemory)

  private val waits = incoming.active && incoming.buffer === mine &&
    (ports.map { case (port, used, _, _) => used && port.io.waits }.orR || callNeeds)

  // Map values that are not in the half's memory.
  private val unlocks = slots.map(s => if (!config.locks) False
    else s.does.call && s.full(7 downto 0) === HelperFunction.SPIN_UNLOCK.number)
  private val commits = slots.map(s => if (!config.rings) False
    else s.does.call && Seq(HelperFunction.RINGBUF_SUBMIT, HelperFunction.RINGBUF_DISCARD)
      .map(s.full(7 downto 0) === _.number).orR)
  private val mapping = slots.indices.map { i =>
    val s = slots(i)
    (s.does.load || s.does.store || s.does.atomic) && !isLocal(s.full) || unlocks(i) || commits(i) }
  private val posting = slots.indices.map { i =>
    val s = slots(i)
    mapping(i) && (s.does.store || s.does.atomic && !SlotFields(s.full).f0) || commits(i) }
  private val (maps, mapper) = users(1, mapping).head
  private val cpu = toExecute(CoreCpu(config, facts.origin.cpu))
  private val map = Option.when(!config.single)(MapUnit(config))
  for (map <- map) {
    map.io.slot := Bitwise.choice(slots.map(_.full), mapper)
    map.io.base := Bitwise.choice(a, mapper)
    map.io.value := Bitwise.choice(b, mapper)
    map.io.cpu := cpu
    map.io.isCompare := compares && lane(mapper, slots.map(_.does.compares))
    map.io.isThere := validAt(stages.memory) && Delay(maps, toMemory)
    map.io.half := half.asUInt
    map.io.context := contextAt(stages.memory)
    map.io.channel <> io.map
    if (config.outside) map.io.outside <> io.outside
    map.io.descriptor << io.descriptor
  }
  if (config.single) io.map.setIdle()
  private def ofMap[T <: Data](value: MapUnit => T, none: => T): T = map.map(value).getOrElse(none)
  private val section = CpuSection(config)
  private val may = validAt(stages.memory) && !isIncomplete && !waits &&
    !(ofMap(_.io.isFull, False) && Delay(posting.orR, toMemory)) &&
    !(Delay(unlocks.orR, toMemory) && ofMap(m => Mux(half, m.io.posted(1), m.io.posted(0))(contextAt(stages.memory)), False))
  section.io.may := may
  section.io.mark := mark
  section.io.half := half.asUInt
  section.io.context := contextAt(stages.memory)
  section.io.cpu := Delay(cpu, toMemory)
  private val executes = may && !section.io.waits
  for (issues <- issues) {
    val next = Delay(issue, stages.memory - stages.first) + 1
    issues.write(half.asUInt @@ contextAt(stages.memory), Mux(isIncomplete, next, U(0)),
      executes || validAt(stages.memory) && isIncomplete)
  }
  private val sends = executes && Delay(maps && lane(mapper, lives), toMemory)
  calls.io.calls := executes && Delay(called && lane(caller, lives), toMemory)
  private val random = Option.when(config.random)(RandomUnit(config))
  private val isRandom = {
    val call = SlotFields(calls.io.slot)
    call.opcode === Opcode.CALL.number && call.imm(7 downto 0) === HelperFunction.GET_PRANDOM_U32.number
  }
  for (random <- random) {
    random.io.half := half.asUInt
    random.io.context := contextAt(stages.memory)
    random.io.calls := calls.io.calls && Delay(isRandom, toMemory)
    random.io.number := Delay(facts.origin.number, stages.memory - stages.first)
    random.io.seed := io.seed
    for (h <- 0 until 2) random.io.starts(h) := contexts(h).io.starts
  }
  private val isNumber = Delay(isRandom, toMemory + 1)
  private val answer = calls.io.value.resize(CallUnit.ResultWidth).resize(64)
  private val isNegativeAnswer = calls.io.value.msb && !isNumber
  private val callValue =
    random.map(unit => Mux(isNumber, unit.io.value.asBits.resize(64), answer)).getOrElse(answer)
  for (h <- 0 until 2) calls.io.posted(h) := ofMap(_.io.posted(h), B(0, config.halfContexts bits))
  calls.io.alone := section.io.alone
  calls.io.busy := sends
  for (map <- map) {
    map.io.sends := sends
    map.io.entry << calls.io.entry
  }
  for ((out, h) <- io.halves.zipWithIndex) {
    out.zeroes << calls.io.zeroes(h)
    out.reads << calls.io.reads(h)
  }
  calls.io.read := io.moved
  for (p <- 0 until 2) {
    if (p < ports.size) {
      val (port, _, lives, _) = ports(p)
      port.io.stores := executes && lives && Delay(port.io.access.store, toMemory)
      io.memory(p) := port.io.banks
      for (h <- 0 until 2) port.io.read(h) := io.halves(h).read(p)
      port.io.readHalf := halfAt(stages.align)
    } else {
      io.memory(p).clearAll()
    }
  }
  for ((c, h) <- contexts.zipWithIndex) {
    val here = half === Bool(h == 1)
    c.io.touching := contextAt(stages.memory)
    for ((touch, (port, _, _, _)) <- c.io.touches.zip(ports)) {
      touch.valid := here && port.io.touches.valid
      touch.payload := port.io.touches.payload
    }
    if (config.copies) {
      c.io.copied.valid := here && calls.io.touches.valid
      c.io.copied.payload := calls.io.touches.payload
    }
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
    val (isUsed, way) = atWays(1, _.divider).head
    val push = dividing.io.push
    push.valid := executes && Delay(isUsed && ofWay(way)(_.lives), toMemory)
    push.context := contextAt(stages.memory)
    push.half := half.asUInt
    val word = Delay(ofWay(way)(_.word), toMemory)
    push.place := RegisterPlace(config, SlotFields(word).dst)
    push.control := DividerControl(word)
    push.a := Delay(ofWay(way)(_.operandA), toMemory).asUInt
    push.b := Delay(ofWay(way)(_.operandB), toMemory).asUInt
  }

  // Align, and write: each lane its bank.
  private val toAlign = stages.align - stages.execute
  private val toWrite = stages.write - stages.execute
  private val writing = halfAt(stages.write)
  private val executed = Delay(executes, stages.write - stages.memory, init = False)

  /** What a unit behind a way gives, and to which lane. */
  private case class Outcome(does: SlotControl => Bool, user: UInt, value: Bits)
  private val outcomes: Seq[Outcome] = {
    val all = shifts.map { case (user, value) => Outcome(_.shifter, user, value) } ++
      products.map { case (user, value) => Outcome(_.multiplier, user, value) }
    if (ways.size > 1) all
    else {
      val does = Delay(ways.head.does, toAlign)
      val value = all.tail.foldLeft(all.head.value) { (other, o) => Mux(o.does(does), o.value, other) }
      Seq(Outcome(does => all.map(_.does(does)).orR, all.head.user, value))
    }
  }

  // Each is a register of its own, zero unless it is the lane's: one or joins them.
  private val results = for ((slot, lane) <- slots.zipWithIndex) yield {
    val does = Delay(slot.does, toAlign)
    def part(value: Bits, isMine: Bool): Bits = RegNext(Mux(isMine, value, B(0, 64 bits)))
    val loads = ports.collect { case (port, _, _, uses) if uses.contains(lane) =>
      part(port.io.loaded, does.load && uses(lane)) }
    val ofWays = outcomes.map(o => part(o.value, o.does(does) && (if (ways.size == 1) True else o.user === lane)))
    // A call's is a small number: of a negative one the sum, which there is none of, sets all bits above.
    val called = if (config.calls) Seq(part(callValue, does.call)) else Nil
    val isNegative = if (config.calls) does.call && isNegativeAnswer else False
    val computed = Delay(alus(lane).io.result, toAlign)
    val sum = RegNext(Mux(isNegative, B((BigInt(1) << 64) - (1 << CallUnit.ResultWidth), 64 bits), computed))
    val all = Seq(sum) ++ loads ++ called ++ ofWays
    // With a late one, and which it is, that is what a table takes for a bit.
    all.take(3) ++ all.drop(3).reduceOption(_ | _)
  }
  // The oldest result of the first unit that has one for the half that writes nothing now.
  private val units = Option(dividing).map(_.io.result).toSeq ++ map.map(_.io.result) :+ calls.io.result
  private val turns = OHMasking.first(Vec(units.map(_.valid)).asBits)
  private def ofUnit[T <: Data](values: Seq[T]): T = Choice(values, OHToUInt(turns))
  private val late = LateResult(config)
  late.half := (!writing).asUInt
  late.valid := units.map(_.valid).orR
  late.takes := True
  late.context := ofUnit(units.map(_.context))
  late.kind := ofUnit(units.map(_.kind))
  late.place := ofUnit(units.map(_.place))
  late.value := ofUnit(units.map(_.value))
  for ((unit, i) <- units.zipWithIndex) {
    unit.half := late.half
    unit.takes := turns(i)
  }

  // What a row makes its context wait for, and which of that is here.
  private val isCall = late.kind =/= LateKind.Value || turns(units.size - 1)
  private val waits_ = map.map(m => (m.io.waits, turns(units.size - 2) && !isCall)).toSeq ++ Seq((calls.io.waits, isCall)) ++
    Option(dividing).map(d => (d.io.push.valid, turns(0)))
  calls.io.late.valid := late.valid
  calls.io.late.kind := late.kind
  calls.io.late.half := late.half
  calls.io.late.context := late.context
  calls.io.late.value := late.value
  private val waiting = Seq.fill(2)(Waiting(config, waits_.size))
  private val isLost = Choice(waiting.map(_.io.isLost), late.half)
  private val isHeld = if (config.locks) late.kind === LateKind.Lock && late.value(31 downto 0).orR else False
  private val isOfEvent = if (config.events) late.kind === LateKind.Event else False
  private val lateWrites = late.valid && late.kind =/= LateKind.Tail && !isLost && !isHeld && !isOfEvent
  for ((file, h) <- files.zipWithIndex) {
    val here = writing === Bool(h == 1)
    file.io.writer := Mux(here, contextAt(stages.write), late.context)
    val restarts = calls.io.restarts && !here
    file.io.starts := contexts(h).io.starts |
      Mux(restarts, UIntToOh(late.context, config.halfContexts), B(0, config.halfContexts bits))
    calls.io.starts(h) := contexts(h).io.starts
    for ((write, lane) <- file.io.writes.zipWithIndex) {
      val does = slots(lane).does
      val writes = (does.writes && !does.divider && (!does.load || isLocal(slots(lane).full)) ||
        does.call && !calls.io.isLate) && lives(lane)
      val index = RegisterPlace(config, Delay(SlotFields(slots(lane).full).dst, toWrite)).index
      write.valid := Mux(here, executed && Delay(writes, toWrite), lateWrites && late.place.lane === lane)
      write.context := file.io.writer
      write.index := Mux(here, index, late.place.index)
      write.data := Bitwise(results(lane) :+ calls.io.written, here) { case (row :+ late, Seq(here)) =>
        Mux(here, row.orR, late)
      }
    }
  }

  // Where contexts go on: with the row's end, or when they wait for nothing more.
  private val finished = validAt(stages.write)
  private val finishing = contextAt(stages.write)
  private val leaves = executed && Delay(exits, toWrite)
  private val ending = Delay(verdict, stages.write - stages.memory - config.readStages)
  for ((c, h) <- contexts.zipWithIndex) {
    val here = writing === Bool(h == 1)
    val waiting = this.waiting(h)
    waiting.io.touching := contextAt(stages.memory)
    waiting.io.begins := Vec(waits_.map(_._1 && half === Bool(h == 1))).asBits
    waiting.io.finished.valid := finished && here
    waiting.io.finished.payload := finishing
    waiting.io.leaves := leaves
    waiting.io.fate := ending
    waiting.io.written.valid := late.valid && !here && !isHeld && !isOfEvent
    waiting.io.written.payload := late.context
    waiting.io.unit := Vec(waits_.map(_._2)).asBits
    waiting.io.restarts := calls.io.restarts && !here
    c.io.finished.valid := Mux(here, finished, calls.io.restarts)
    c.io.finished.context := Mux(here, finishing, late.context)
    c.io.finished.row := Mux(here, Mux(executed, Delay(next, toWrite), rowAt(stages.write)),
      config.place(c.io.lookups(2).running.bank, calls.io.row))
    c.io.ready.valid := waiting.io.ready.valid && !waiting.io.startsAnew
    c.io.ready.payload := waiting.io.ready.payload
    c.io.restarts.valid := waiting.io.ready.valid && waiting.io.startsAnew
    c.io.restarts.payload := waiting.io.ready.payload
    c.io.ends << waiting.io.ends
    c.io.parked := section.io.parked(h)
    section.io.ends(h) << waiting.io.ends
    c.io.lookups(1).context := c.io.ends.payload
    val out = io.halves(h)
    out.ends.valid := c.io.ends.valid
    out.ends.buffer := c.io.lookups(1).running.buffer
    out.ends.fate := waiting.io.fateOut

    // What a program changes of its packet: by a row in its memory stage, or late.
    val inMemory = half === Bool(h == 1)
    c.io.lookups(2).context := late.context
    out.changed := Mux(inMemory, mine, c.io.lookups(2).running.buffer)
    out.shape.valid := calls.io.newShape.valid && inMemory
    out.shape.payload := calls.io.newShape.payload
    out.target.valid := Mux(inMemory, calls.io.newTarget.valid, calls.io.target.valid && !here)
    out.target.payload := Mux(inMemory, calls.io.newTarget.payload, calls.io.target.payload)
  }

  io.posting := !ofMap(_.io.isEmpty, True)
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
