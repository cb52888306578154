package org.weft.hw.map

import org.weft.hw.config.NicConfig
import org.weft.hw.row.{LateKind, LateResult, RegisterPlace, SlotFields, Turn}
import org.weft.hw.packet.SmallQueue
import org.weft.isa.row.Opcode
import org.weft.isa.xdp.HelperFunction
import spinal.core._
import spinal.lib._

/** A core's accesses of map values: their addresses, the queue of requests, the answers. See
  * docs/microarchitecture.md, C5, C6, C8 and 3.
  */
case class MapUnit(config: NicConfig) extends Component {
  import config.{machine, mapWordWidth}
  private val toMemory = config.stages.memory - config.stages.execute

  val io = new Bundle {

    // Execute: the slot, its operands, which of the core's CPUs it runs on.
    val slot = in Bits (64 bits)
    val base, value = in Bits (64 bits)

    /** Whether `value` is what an exchange compares with, and its row is to be issued again for what it stores. */
    val isCompare = in Bool ()
    val cpu = in UInt (config.coreCpuWidth bits)

    /** A call's request, in a clock in which no row sends one. */
    val entry = slave(Flow(MapRequest(config)))

    // Memory: whether there is a row with the slot; whether that has its effect; who waits.
    val isThere = in Bool ()
    val sends = in Bool ()
    val half = in UInt (1 bits)
    val context = in UInt (config.contextWidth bits)
    val waits = out Bool ()

    /** Whether no more may be posted; whether nothing is left to do. */
    val isFull = out Bool ()
    val isEmpty = out Bool ()

    /** By half: contexts that have posted what is not done. */
    val posted = Vec(out(Bits(config.halfContexts bits)), 2)
    val channel = master(MapChannel(config))
    val outside = if (config.outside) master(OutsideChannel(config)) else null
    val result = master(LateResult(config))
    val descriptor = slave(Flow(DescriptorWrite(config)))
  }

  // Execute: an address is a map's handle, of the slot or the address, and an offset.
  private val slot = SlotFields(io.slot)
  private val isAtomic = slot.opcode(6 downto 3) === Opcode.ATOMIC_ADD.number >> 3
  // Calls that are stores: of a lock that is given back, or of the byte in a header that ends a record.
  private val isCall = if (config.locks || config.rings) slot.opcode === Opcode.CALL.number else False
  private def calls(helper: HelperFunction): Bool = slot.imm(7 downto 0) === helper.number
  private val isCommit = if (!config.rings) False
    else isCall && (if (config.locks) !calls(HelperFunction.SPIN_UNLOCK) else True)
  private val isStore = slot.opcode === Opcode.STORE.number || isCall
  private val named = Mux(isAtomic, slot.imm(31 downto 21).resize(16 bits),
    Mux(isStore && slot.f1 || isCall, B(0, 16 bits), slot.imm(31 downto 16)))
  private val (found, offset) = MapAddress(io.base,
    Mux(isCall, Mux(isCommit, S(MapUnit.StateByte, 16 bits), S(0, 16 bits)), slot.imm(15 downto 0).asSInt))
  private val handle = Mux(named =/= 0, named.asUInt.resize(32), found)
  private val place = MapPlace(config)
  // Zero at first, as block memory is when an FPGA has been configured.
  private val places = Mem(Bits(place.getBitsWidth bits), 1 << (NicConfig.HandleWidth + config.placesCpuWidth))
  private def address(cpu: UInt, handle: UInt): UInt =
    if (config.placesCpuWidth == 0) handle else cpu @@ handle
  private val looked = address(io.cpu, handle.resize(NicConfig.HandleWidth))
  place.assignFromBits(if (toMemory == 0) places.readAsync(looked)
                       else Delay(places.readSync(looked), toMemory - 1))
  places.write(address(io.descriptor.cpu, io.descriptor.handle), io.descriptor.place.asBits,
    io.descriptor.valid)

  private def later[T <: Data](value: T): T = Delay(value, toMemory)

  // Memory: words of the map; an access that begins in none goes to none.
  private val index = later(offset(31 downto 3))
  private val known = later((handle >> NicConfig.HandleWidth) === 0)
  private val wrapped = if (!config.rings) index
    else index & (~place.wraps #* index.getWidth | (place.words - 1).resize(index.getWidth).asBits).asUInt
  private val inside = known && wrapped < place.words
  private val size = later(Mux(isAtomic, Mux(slot.f1, U(3, 3 bits), U(7, 3 bits)),
    Mux(isCall, Mux(isCommit, U(0, 3 bits), U(3, 3 bits)), slot.mod(4 downto 2).asUInt)))
  private val swapped = later(slot.mod(0) && !isAtomic && !isCall)
  private val low = later(offset(2 downto 0))
  private val atomic = later(isAtomic)
  // The lowest bits of an atomic's address do not count.
  private val within = Mux(atomic, Mux(size(2), U(0, 3 bits), low & 4), low)
  private val isConstant = isAtomic && slot.mod(1) && !io.isCompare
  private val discards = if (config.rings) isCommit && calls(HelperFunction.RINGBUF_DISCARD) else False
  private val operand = Mux(isCall, (discards ## B(0, 6 bits)).resize(64), Mux(isConstant, slot.b.asBits.resize(64 bits), io.value))
  private val upper = Mux(isAtomic && slot.f1, B(0, 32 bits), operand(63 downto 32))
  private val request = MapRequest(config)
  request.word := Mux(inside, place.base + wrapped.resize(mapWordWidth), U(0))
  request.inside := inside
  request.nextInside := inside && (wrapped +^ 1) < place.words
  if (config.rings) {
    val isEnd = place.wraps && (wrapped +^ 1) === place.words.resize(wrapped.getWidth + 1)
    request.nextWord := Mux(isEnd, place.base, request.word + 1)
    when(isEnd)(request.nextInside := inside)
  }
  request.atomic := atomic
  request.answered := later(Mux(isAtomic, slot.f0, !isStore))
  request.operation := later(Mux(isAtomic, combination(slot.opcode),
    Mux(isStore, U(MapOperation.Store), U(MapOperation.Load)).resize(MapOperation.Width)))
  if (config.compares) {
    val who = io.half @@ io.context
    val kept = Mem(Bits(64 bits), 2 << config.contextWidth)
    kept.write(who, request.data, io.isThere && later(io.isCompare))
    request.compare := kept.readAsync(who)
  }
  request.data := Turn.toMemory(later(upper ## operand(31 downto 0)), swapped, within, size)
  request.waiter.half := io.half
  request.waiter.context := io.context
  request.waiter.place := later(RegisterPlace(config, slot.dst))
  request.waiter.kind := LateKind.Value
  request.waiter.offset := within
  request.waiter.size := size
  request.waiter.signed := later(slot.mod(1) && !isAtomic)
  request.waiter.swapped := swapped
  io.waits := io.sends && request.answered

  /** What an atomic operation does with the word; exchanges are stores. */
  private def combination(opcode: Bits): UInt = {
    val operations = Seq(Opcode.ATOMIC_ADD -> MapOperation.Add, Opcode.ATOMIC_OR -> MapOperation.Or,
      Opcode.ATOMIC_AND -> MapOperation.And, Opcode.ATOMIC_XOR -> MapOperation.Xor, Opcode.ATOMIC_CMPXCHG -> MapOperation.Exchange)
    val cases: Seq[(Any, UInt)] =
      operations.map { case (o, n) => (o.number & 7, U(n, MapOperation.Width bits)) }
    opcode(2 downto 0).mux(cases :+ (default -> U(MapOperation.Store, MapOperation.Width bits)): _*)
  }

  // The queue; of a request across two words the second is `further`.
  private val queue = SmallQueue(MapRequest(config), NicConfig.Posted + 2 * machine.threads)
  queue.io.push.valid := io.sends || io.entry.valid
  queue.io.push.payload := Mux(io.entry.valid, io.entry.payload, request)
  private val answers = Answers(config)
  if (config.locks) askAgain()
  else {
    queue.io.push.payload.data.allowOverride()
    queue.io.push.payload.data := request.data // An entry is loaded.
    if (config.compares) {
      queue.io.push.payload.compare.allowOverride()
      queue.io.push.payload.compare := request.compare
    }
  }
  io.isFull := queue.io.size >= NicConfig.Posted
  private val outside = Option.when(config.outside)(OutsideAnswers(config))
  io.isEmpty := queue.io.isEmpty && outside.map(_.io.isEmpty).getOrElse(True)
  private val head = queue.io.head
  private val isSplit = (head.waiter.offset +^ head.waiter.size) > 7
  private val further = Reg(Bool()) init False
  private val ends = !isSplit || further

  private val word = if (config.rings) Mux(further, head.nextWord, head.word)
    else if (mapWordWidth > 0) head.word + further.asUInt
    else head.word
  private val bytes = (((U(2, 9 bits) |<< head.waiter.size) - 1).resize(16) |<< head.waiter.offset).asBits
  private val isOutside = if (config.outside) word.msb else False
  io.channel.valid := !queue.io.isEmpty && !(head.answered && !head.atomic && answers.io.isTaken) && !isOutside
  io.channel.bank := MapWord.bank(config, word)
  io.channel.row := MapWord.row(config, word)
  io.channel.operation := head.operation
  io.channel.data := head.data
  if (config.compares) io.channel.compare := head.compare
  private val isInside = Mux(further, head.nextInside, head.inside)
  io.channel.mask := Mux(further, bytes(15 downto 8), bytes(7 downto 0)) & isInside #* 8
  private val takes = if (config.outside) io.channel.takes || io.outside.request.fire else io.channel.takes
  queue.io.pop := takes && ends
  when(takes)(further := !ends)

  // What a context posted is done when the last of it is: its place in the queue is known.
  private val (pushed, popped) = (Reg(UInt(queue.width bits)) init 0, Reg(UInt(queue.width bits)) init 0)
  when(queue.io.push.valid)(pushed := pushed + 1)
  when(queue.io.pop)(popped := popped + 1)
  private val posts = io.sends && !request.answered
  private val last = Mem(UInt(queue.width bits), 2 << config.contextWidth)
  last.write(io.half @@ io.context, pushed, posts)
  private val isLast = queue.io.pop && !head.answered &&
    last.readAsync(head.waiter.half @@ head.waiter.context) === popped
  for (h <- 0 until 2) {
    val posted = Reg(Bits(config.halfContexts bits)) init 0
    def of(half: UInt, context: UInt, when: Bool): Bits =
      Mux(when && half === h, UIntToOh(context, config.halfContexts), B(0, config.halfContexts bits))
    posted := (posted & ~of(head.waiter.half, head.waiter.context, isLast)) | of(io.half, io.context, posts)
    io.posted(h) := posted | outside.map(_.io.posted(h)).getOrElse(B(0, config.halfContexts bits))
  }

  answers.io.asked.valid := io.channel.takes && head.answered
  answers.io.asked.bank := io.channel.bank
  answers.io.asked.atomic := head.atomic
  answers.io.asked.inside := isInside
  answers.io.asked.further := further
  answers.io.asked.ends := ends
  answers.io.asked.waiter := head.waiter
  io.channel.from := answers.io.from
  io.channel.old := answers.io.old
  answers.io.word := io.channel.word
  answers.io.result <> io.result

  // What lies behind the memory port.
  for (outside <- outside) {
    val asks = io.outside.request
    asks.valid := !queue.io.isEmpty && isOutside
    asks.word := word.resized
    asks.operation := head.operation
    asks.mask := io.channel.mask
    asks.data := head.data
    if (config.compares) asks.compare := head.compare
    asks.asked.answered := head.answered
    asks.asked.inside := isInside
    asks.asked.further := further
    asks.asked.ends := ends
    asks.asked.waiter := head.waiter
    outside.io.done << io.outside.done
    outside.io.posts := asks.fire && ends && !head.answered
    outside.io.waiter := head.waiter
    answers.io.outside << outside.io.head
    outside.io.pop := answers.io.takesOutside
  }

  /** Locks that were held are asked for again, the first one first, in a clock in which nobody else asks. See [L1]. */
  private def askAgain(): Unit = {
    val who = UInt(1 + config.contextWidth bits)
    who := io.result.half @@ io.result.context
    val waiting = SmallQueue(UInt(who.getWidth bits), machine.threads)
    waiting.io.push.valid := io.result.fire && io.result.kind === LateKind.Lock && io.result.value(31 downto 0).orR
    waiting.io.push.payload := who
    val locks = Mem(Bits(io.entry.payload.getBitsWidth bits), 2 << config.contextWidth)
    val isLock = io.entry.valid && io.entry.waiter.kind === LateKind.Lock
    locks.write(io.entry.waiter.half @@ io.entry.waiter.context, io.entry.payload.asBits, isLock)
    waiting.io.pop := !waiting.io.isEmpty && !io.sends && !io.entry.valid
    when(waiting.io.pop) {
      queue.io.push.valid := True
      queue.io.push.payload.assignFromBits(locks.readAsync(waiting.io.head))
    }
  }
}

object MapUnit {

  /** From a record to the byte in its header that says whether it is busy, or discarded. */
  private val StateByte = -5
}
