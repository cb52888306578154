package org.weft.hw.packet

import org.weft.hw.config.NicConfig
import spinal.core._
import spinal.lib._

/** A packet that a context is to run, or runs. */
case class Running(config: NicConfig) extends Bundle {
  val buffer = UInt(config.bufferWidth bits)

  /** The bank of rows that its program is in. */
  val bank = Bool()

  /** Address of its first byte as it came. */
  val address = UInt(config.addressWidth bits)
}

/** Where a packet is in its buffer. */
case class Shape(config: NicConfig) extends Bundle {

  /** Its first byte, counted from the first byte of it as it came. */
  val shift = SInt(config.lengthWidth + 1 bits)
  val length = UInt(config.lengthWidth bits)

  /** Bytes of metadata before it. */
  val metadata = UInt(8 bits)

  /** Bytes of headroom that were the packet's or its metadata's at some time. */
  val taken = UInt(8 bits)
}

/** What rows see of a packet without memory. */
case class Facts(config: NicConfig) extends Bundle {
  val shape = Shape(config)
  val origin = Origin(config)
}

/** Where a packet is sent that a program redirects: an interface from 1 on, the host, or 0 for nowhere. */
object Target {
  val Width = 7
  val Greatest = 64
  val Host = 65
}

/** The end of a packet's program. */
case class Ending(config: NicConfig) extends Bundle {
  val buffer = UInt(config.bufferWidth bits)
  val fate = UInt(3 bits)
}

/** The packet that is moved in: how much of it is there. */
case class Incoming(config: NicConfig) extends Bundle {
  val active = Bool()
  val buffer = UInt(config.bufferWidth bits)
  val arrived = UInt(config.lengthWidth bits)
  val length = UInt(config.lengthWidth bits)
}

/** The packet buffers of a half, used one after the other: packets are moved in, given a context, and
  * moved out in their order.
  */
case class Buffers(config: NicConfig) extends Component {
  import config.{beatsPerWord, bufferLines, bufferWidth, buffers, bus, line, lineShift, linesPerWord}
  private val addressWidth = config.addressWidth

  val io = new Bundle {

    /** Whether the half moves in this clock, and is free to move in. */
    val moves = in Bool ()
    val blocked = in Bool ()

    // From the dispatcher: a packet begins; a beat was written, which can be taken from now on.
    val begins = slave(Flow(Arriving(config)))
    val written = in Bool ()
    val origin = in(Origin(config))
    val first = out UInt (log2Up(config.coreQueueWords) bits)

    /** Words of the queue that are free again. */
    val freed = master(Flow(UInt(log2Up(config.coreQueueWords) + 1 bits)))

    // To the memory.
    val enters = master(Flow(new Bundle {
      val line = UInt(config.lineWidth bits)
      val mask = Bits(config.line bits)

      /** It is made zero, instead of the line of the queue's word. */
      val isZero = Bool()
      val part = UInt(log2Up(config.linesPerWord) max 1 bits)
    }))
    val exits = master(Flow(UInt(config.lineWidth bits)))

    // To contexts and back.
    val startable = master(Flow(Running(config)))
    val started = in Bool ()
    val incoming = out(Incoming(config))
    val ends = slave(Flow(Ending(config)))

    /** What programs change, of the buffer's packet. */
    val shapes = slave(Flow(new Bundle {
      val buffer = UInt(bufferWidth bits)
      val shape = Shape(config)
    }))
    val targets = slave(Flow(new Bundle {
      val buffer = UInt(bufferWidth bits)
      val target = UInt(Target.Width bits)
    }))

    /** Whether another one uses the way out of the memory. */
    val outBlocked = in Bool ()

    /** Number of the packet that ends, for simulation. */
    val number = if (config.trace) out(UInt(32 bits)) else null
    val lookup = new Bundle {
      val buffer = in UInt (bufferWidth bits)
      val facts = out(Facts(config))
    }

    // To the outgoing queue, at the same time as `exits`: what leaves, and pieces of it.
    val leaves = master(Flow(Departing(config)))
    val hasRoom = in Bool ()
    val needs = out UInt (log2Up(config.coreQueueWords) + 1 bits)
    val piece = master(Flow(Piece(config)))
  }

  // The queue of packets on their way in. Beats that can be taken; of the word at the head, how many
  // were.
  private val arriving = SmallQueue(Arriving(config), config.coreQueueWords)
  arriving.io.push << io.begins
  private val packet = arriving.io.head
  private val beats = Reg(UInt(log2Up(config.coreQueueWords * beatsPerWord) + 1 bits)) init 0
  private val firstWord = Reg(UInt(log2Up(config.coreQueueWords) bits)) init 0
  private val arrived = Reg(UInt(config.lengthWidth bits)) init 0

  // The ring of buffers.
  private val count, unstarted = Reg(UInt(bufferWidth + 1 bits)) init 0
  private val next, oldest, startNext = Reg(UInt(bufferWidth bits)) init 0
  private val nextLine, startLine, oldestLine = Reg(UInt(config.lineWidth bits)) init 0
  private val begun = Reg(Bool()) init False
  private val inLine = Reg(UInt(config.lineWidth bits)) init 0

  private def after(buffer: UInt): UInt = Mux(buffer === buffers - 1, U(0, bufferWidth bits), buffer + 1)
  private def lineAfter(buffer: UInt, at: UInt): UInt =
    Mux(buffer === buffers - 1, U(0, config.lineWidth bits), at + bufferLines)

  // Moving in: up to the end of a line, of what has been dispatched.
  private val left = packet.length - arrived
  private val inWord = arrived(log2Up(config.word) - 1 downto 0)
  private val linesLeft =
    if (linesPerWord > 1) inWord(log2Up(config.word) - 1 downto lineShift) else U(0, 1 bits)
  private val beatShift = log2Up(bus)
  private val toLineEnd: UInt =
    if (beatsPerWord > 1) U(beatsPerWord, beats.getWidth bits) - (inWord >> beatShift) else U(1, beats.getWidth bits)
  private val beatsLeft = ((left +^ (bus - 1)) >> beatShift).resize(beats.getWidth)
  private val taken: UInt =
    if (beatsPerWord > 1) List(toLineEnd, beats, beatsLeft).reduceBalancedTree((a, b) => Mux(a < b, a, b))
    else U(1, beats.getWidth bits)
  private val bytes: UInt =
    if (beatsPerWord > 1) (taken << beatShift).resize(config.lengthWidth + 1) else U(line, config.lengthWidth + 1 bits)
  private val last = if (beatsPerWord > 1) bytes >= left else left <= line
  private val mayMove = io.moves && !io.blocked && !arriving.io.isEmpty && beats =/= 0 &&
    (begun || count =/= buffers)
  private val isDirty = Bool()
  private val cleans = mayMove && !begun && isDirty
  private val moves = mayMove && !cleans
  private val completes = moves && last
  private val firstMove = moves && !begun
  private val wordEnds: Bool =
    if (beatsPerWord > 1) last || taken === toLineEnd
    else if (linesPerWord > 1) last || linesLeft.andR else True

  // Before that, lines of headroom that the buffer's last packet took: backwards from its first byte.
  private val cleaned = Reg(UInt(config.lineWidth bits)) init 0
  when(cleans)(cleaned := cleaned + 1)
  when(firstMove)(cleaned := 0)
  private val firstLine = nextLine + config.headroomLines
  private val placeLine = Mux(begun, inLine, if (config.adjusts) firstLine - Mux(isDirty, cleaned + 1, U(0)) else firstLine)
  when(moves) {
    begun := !last
    arrived := Mux(last, U(0), (arrived + bytes).resize(config.lengthWidth))
    inLine := placeLine + (if (beatsPerWord > 1) wordEnds.asUInt else U(1, 1 bits))
    when(wordEnds)(firstWord := firstWord + 1)
  }
  private val usedBeats: UInt = if (beatsPerWord > 1) taken else wordEnds.asUInt.resize(beats.getWidth)
  beats := beats + io.written.asUInt - Mux(moves, usedBeats, U(0))
  when(firstMove) {
    next := after(next)
    nextLine := lineAfter(next, nextLine)
  }
  arriving.io.pop := completes
  io.first := Mux(moves && wordEnds, firstWord + 1, firstWord)
  io.freed.valid := completes
  io.freed.payload := ((packet.length +^ (config.word - 1)) >> log2Up(config.word)).resized

  io.enters.valid := mayMove
  io.enters.line := placeLine
  io.enters.isZero := cleans
  io.enters.part := linesLeft
  private val part = (if (beatsPerWord > 1) {
    val from = inWord >> beatShift
    Cat((0 until beatsPerWord).map(b => (from <= b && (from + taken) > b) #* bus))
  } else B(line bits, default -> True))
  io.enters.mask := Mux(cleans, B(line bits, default -> True), part)

  // What a packet brought, by buffer; and in which it is moved in.
  private case class Brought() extends Bundle {
    val length = UInt(config.lengthWidth bits)
    val origin = Origin(config)
  }
  private val facts = Mem(Brought(), 1 << bufferWidth)
  private val ports = Mem(UInt(config.portWidth bits), 1 << bufferWidth)
  private val brought = Brought()
  brought.length := packet.length
  brought.origin := io.origin
  facts.write(next, brought, firstMove)
  ports.write(next, packet.port, firstMove)
  private val banks = Reg(Bits(buffers bits)) init 0
  when(firstMove)(banks(next.resized) := packet.bank)

  /** What a program writes of its packet, by buffer, until the next packet comes into that. */
  private class Written[T <: Data](kind: HardType[T], makes: Boolean, writes: Bool, buffer: UInt, value: T) {
    private val values = if (makes) Mem(kind(), 1 << bufferWidth) else null
    private val set = if (makes) Reg(Bits(buffers bits)) init 0 else null
    if (makes) {
      values.write(buffer, value, writes)
      set := (set & ~Mux(firstMove, UIntToOh(next, buffers), B(0, buffers bits))) |
        Mux(writes, UIntToOh(buffer, buffers), B(0, buffers bits))
    }
    def apply(buffer: UInt, otherwise: T): T =
      if (makes) Mux(set(buffer.resized), values.readAsync(buffer), otherwise) else otherwise
  }
  private val shapes = new Written(Shape(config), config.adjusts, io.shapes.valid, io.shapes.buffer, io.shapes.shape)
  private val targets = new Written(UInt(Target.Width bits), config.redirects, io.targets.valid,
    io.targets.buffer, io.targets.target)

  private def came(length: UInt): Shape = {
    val shape = Shape(config)
    shape.shift := 0
    shape.length := length
    shape.metadata := 0
    shape.taken := 0
    shape
  }
  isDirty := (if (config.adjusts) cleaned < ((shapes(next, came(U(0))).taken +^ (line - 1)) >> lineShift) else False)

  private def factsOf(buffer: UInt): Facts = {
    val known = Facts(config)
    val brought = facts.readAsync(buffer)
    known.shape := shapes(buffer, came(brought.length))
    known.origin := brought.origin
    known
  }
  io.lookup.facts := factsOf(io.lookup.buffer)
  if (config.trace) io.number := facts.readAsync(io.ends.buffer).origin.number
  private val inBuffer = Reg(UInt(bufferWidth bits)) init 0
  when(firstMove)(inBuffer := next)
  io.incoming.active := begun
  io.incoming.buffer := inBuffer
  io.incoming.arrived := arrived
  io.incoming.length := packet.length

  // Contexts.
  io.startable.valid := unstarted =/= 0 || firstMove
  io.startable.buffer := startNext
  io.startable.bank := Mux(unstarted === 0, packet.bank, banks(startNext.resized))
  io.startable.address := (startLine + config.headroomLines) @@ U(0, lineShift bits)
  when(io.started) {
    startNext := after(startNext)
    startLine := lineAfter(startNext, startLine)
  }
  unstarted := unstarted + firstMove.asUInt - io.started.asUInt

  // Moving out: the oldest, when its program has ended and all of it is there.
  private val done = Reg(Bits(buffers bits)) init 0
  private val fates = Mem(UInt(3 bits), 1 << bufferWidth)
  fates.write(io.ends.buffer, io.ends.fate, io.ends.valid)
  private val fate = fates.readAsync(oldest)
  private val leaving = factsOf(oldest)
  private val head = oldestLine @@ U(0, lineShift bits)
  private val metadata = if (config.adjusts) Mux(fate === Verdict.Pass, leaving.shape.metadata, U(0)) else U(0, 8 bits)
  private val begin = (head + config.headroomLines * line +
    leaving.shape.shift.resize(addressWidth).asUInt - metadata).resize(addressWidth)
  private val size = (leaving.shape.length + metadata).resize(config.lengthWidth)
  private val skew = begin(lineShift - 1 downto 0)
  private val forwards = Verdict.leaves(fate)
  private val draining = Reg(Bool()) init False
  private val drained = Reg(UInt(config.lengthWidth bits)) init 0
  private val outLine = Reg(UInt(config.lineWidth bits)) init 0
  private val here = !begun || inBuffer =/= oldest || completes
  private val ready = io.moves && !io.outBlocked && count =/= 0 && done(oldest.resized) && here
  private val moveOut = ready && (draining || io.hasRoom)
  private val piece = Mux(draining, U(line, lineShift + 1 bits), U(line) - skew)
  private val after_ = drained +^ piece
  private val ended = !forwards || after_ >= size
  private val total = Mux(ended, size, after_.resize(config.lengthWidth))
  when(moveOut) {
    draining := !ended
    drained := Mux(ended, U(0), total)
    outLine := io.exits.payload + 1
    when(ended) {
      oldest := after(oldest)
      oldestLine := lineAfter(oldest, oldestLine)
    }
  }
  private val frees = moveOut && ended
  count := count + firstMove.asUInt - frees.asUInt
  done := (done & ~Mux(frees, UIntToOh(oldest, buffers), B(0, buffers bits))) |
    Mux(io.ends.valid, UIntToOh(io.ends.buffer, buffers), B(0, buffers bits))

  io.needs := Mux(forwards, (size +^ (config.word - 1)) >> log2Up(config.word), U(0)).resized
  io.exits.valid := moveOut && forwards
  io.exits.payload := Mux(draining, outLine, begin >> lineShift)
  io.leaves.valid := moveOut && !draining
  io.leaves.fate := fate
  io.leaves.bank := banks(oldest.resized)
  io.leaves.length := size
  io.leaves.metadata := metadata
  io.leaves.target := targets(oldest, U(0, Target.Width bits))
  io.leaves.port := ports.readAsync(oldest)
  io.leaves.ifindex := leaving.origin.ifindex
  io.leaves.queue := leaving.origin.queue
  if (config.trace) io.leaves.number := leaving.origin.number
  io.piece.valid := moveOut && forwards
  io.piece.skew := skew
  io.piece.from := drained
  io.piece.to := total
  io.piece.last := ended
}

/** A part of a packet on its way out: all that one line holds of it. */
case class Piece(config: NicConfig) extends Bundle {

  /** Place of the packet's first byte in its line. */
  val skew = UInt(config.lineShift bits)

  /** Bytes before it, and with it. */
  val from, to = UInt(config.lengthWidth bits)
  val last = Bool()
}
