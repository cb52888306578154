package org.weft.hw.call

import org.weft.hw.config.{Bitwise, Choice, NicConfig}
import org.weft.hw.row.{LateKind, RegisterPlace, SlotFields}
import org.weft.hw.map.{DescriptorWrite, MapKeys, MapPlace}
import org.weft.hw.packet.{Shape, Target, Verdict}
import org.weft.hw.table.Operation
import org.weft.isa.row.{Opcode, Region}
import org.weft.isa.xdp.HelperFunction
import spinal.core._
import spinal.lib._

/** The calls of a core's rows: what they do at once, and what they leave to the queue of late ones. See
  * docs/microarchitecture.md, 4.
  */
case class CallUnit(config: NicConfig) extends Component {
  private val toMemory = config.stages.memory - config.stages.execute

  val io = new Bundle {

    // Execute: the slot, its operands; the packet, and the address of its first byte.
    val slot = in Bits (64 bits)
    val a, b = in Bits (64 bits)
    val shape = in(Shape(config))
    val address, stack = in UInt (config.addressWidth bits)
    val cpu = in UInt (config.cpuWidth bits)
    val time = if (config.events) in(UInt(64 bits)) else null

    /** How often the row was issued before; who issues it. */
    val issue = in UInt (2 bits)
    val caller = new Bundle {
      val half = in UInt (1 bits)
      val context = in UInt (config.contextWidth bits)
    }

    /** Whether the result comes late; whether all of the packet has to be there. */
    val isLate = out Bool ()
    val needsPacket = out Bool ()

    /** Whether there are registers still to be read. */
    val isIncomplete = out Bool ()

    // Memory: whether the row with the slot is issued again; whether that has its effect; who calls.
    val repeats, calls = in Bool ()
    val half = in UInt (1 bits)
    val context = in UInt (config.contextWidth bits)
    val newShape = master(Flow(Shape(config)))
    val newTarget = master(Flow(UInt(Target.Width bits)))
    val late = master(Flow(LateCall(config)))

    /** Lines of the stack that the call writes to. */
    val touches = master(Flow(Bits(config.stackLines bits)))
    val descriptor = slave(Flow(DescriptorWrite(config)))

    // Align.
    val result = out Bits (64 bits)
  }

  private def later[T <: Data](value: T): T = Delay(value, toMemory)
  private val slot = SlotFields(io.slot)
  private val isTail = slot.opcode === Opcode.TAIL_CALL.number
  private def is(helper: HelperFunction): Bool =
    if (config.machine.helpers.contains(helper)) !isTail && slot.imm(7 downto 0) === helper.number else False
  private val head = is(HelperFunction.XDP_ADJUST_HEAD)
  private val tail = is(HelperFunction.XDP_ADJUST_TAIL)
  private val meta = is(HelperFunction.XDP_ADJUST_META)
  private val redirect = is(HelperFunction.REDIRECT)
  private val throughMap = is(HelperFunction.REDIRECT_MAP)

  // Arguments, the map first; after a constant map the others' registers are one less.
  private val arguments = Arguments(config)
  arguments.io.slot := io.slot
  arguments.io.a := io.a
  arguments.io.b := io.b
  arguments.io.issue := io.issue
  arguments.io.half := io.caller.half
  arguments.io.context := io.caller.context
  arguments.io.repeats := io.repeats
  io.isIncomplete := arguments.io.isIncomplete
  private val registers = arguments.io.registers
  private val isEvent = is(HelperFunction.PERF_EVENT_OUTPUT)
  private val behindMap = Mux(slot.f1 && !isTail, registers(0), registers(1))
  private val isOwn = behindMap(31 downto 0).andR // Of an event: the entry of the packet's CPU.
  private val second = Mux(isEvent && isOwn, io.cpu.asBits.resize(64), behindMap)
  private val third = Mux(slot.f1, registers(1), registers(2))

  // Where the packet would be. Numbers beyond 16 bits are no distances.
  private val width = config.lengthWidth + 3
  private val delta = registers(0)(31 downto 0).asSInt
  private val isFar = registers(0)(31 downto 15).orR && !registers(0)(31 downto 15).andR
  private val by = delta.resize(17)
  private def wide(value: UInt): SInt = value.intoSInt.resize(18)
  private val shift = io.shape.shift.resize(18 bits)
  private val length = wide(io.shape.length)
  private val metadata = wide(io.shape.metadata)
  private val newLength = Mux(tail, length + by, length - by)
  private val newMetadata = metadata - by
  private val newFront = shift - metadata + by
  private val inFront = newFront >= -config.headroom
  private val fits = Mux(tail, shift + length + by <= config.machine.frameBytes, inFront)
  private val rest = Mux(meta, newMetadata >= 0, newLength >= NicConfig.LeastBytes)
  private val isValid = !isFar && fits && rest
  private val isAligned = newMetadata(1 downto 0) === 0 && newMetadata <= CallUnit.MostMetadata
  private val adjusts = head || tail || meta
  private val grows = tail && isValid && !by.msb && by =/= 0
  private val shape = Shape(config)
  shape.shift := Mux(head, shift + by, shift).resized
  shape.length := Mux(meta, length, newLength).asUInt.resized
  shape.metadata := Mux(meta, newMetadata, metadata).asUInt.resized
  private val takes = -newFront
  shape.taken := Mux(!tail && takes > wide(io.shape.taken), takes, wide(io.shape.taken)).asUInt.resized
  io.newShape.valid := (if (config.adjusts) io.calls && later(adjusts && isValid && !(meta && !isAligned)) else False)
  io.newShape.payload := later(shape)

  // Redirects to an interface.
  private val goes = redirect && registers(1) === 0
  private val ifindex = registers(0)(31 downto 0).asUInt
  io.newTarget.valid := (if (config.redirects) io.calls && later(goes) else False)
  io.newTarget.payload := later(Mux(ifindex > Target.Greatest, U(0), ifindex.resize(Target.Width)))

  private val error = Mux(isValid, Mux(meta && !isAligned, S(CallUnit.Eacces, CallUnit.ResultWidth bits), S(0)), S(CallUnit.Einval))
  // Copies of bytes between packet and stack; numbers of more than 16 bits are refused in another way.
  private val loadBytes = is(HelperFunction.XDP_LOAD_BYTES)
  private val copies = loadBytes || is(HelperFunction.XDP_STORE_BYTES)
  private val copied = Mux(slot.f0, registers(1), registers(2))(31 downto 0).asUInt
  private val copiedFrom = registers(0)(31 downto 0).asUInt
  private val isTooFar = (copied >> 16) =/= 0 || (copiedFrom >> 16) =/= 0
  private val canCopy = !isTooFar && (copied.resize(16) +^ copiedFrom.resize(16)) <= io.shape.length
  // Events: flags have an entry's number, and how many of the packet's bytes are taken.
  private val eventBytes = behindMap(51 downto 32).asUInt
  private val hasNoFlags = behindMap(63 downto 52) === 0
  private val canTake = hasNoFlags && eventBytes <= io.shape.length
  private val refusal = Mux(Mux(isEvent, hasNoFlags, isTooFar), S(CallUnit.Efault, CallUnit.ResultWidth bits), S(CallUnit.Einval))
  private val small = Mux(copies || isEvent, refusal,
    Mux(redirect, Mux(goes, S(Verdict.Redirect, CallUnit.ResultWidth bits), S(0)), error))
  io.result := RegNext(later(small)).resize(64).asBits

  // Late calls: entries of maps by their number, tables, and bytes behind a packet that grows.
  private val lookup = is(HelperFunction.MAP_LOOKUP_ELEM)
  private val update = is(HelperFunction.MAP_UPDATE_ELEM)
  private val delete = is(HelperFunction.MAP_DELETE_ELEM)
  private val isTable = lookup || update || delete
  private val sums = is(HelperFunction.CSUM_DIFF)
  private val lock = is(HelperFunction.SPIN_LOCK)
  private val unlock = is(HelperFunction.SPIN_UNLOCK)
  private val query = is(HelperFunction.RINGBUF_QUERY)
  private val ring = is(HelperFunction.RINGBUF_RESERVE) || query
  // Stores to maps, with no result.
  private val stores = unlock || is(HelperFunction.RINGBUF_SUBMIT) || is(HelperFunction.RINGBUF_DISCARD)
  io.isLate := isTail || throughMap || grows || isTable || sums || lock || stores || ring || copies && canCopy || isEvent && canTake
  private def region(at: Int, which: Region): Bool = slot.mod(at downto at - 2) === which.ordinal
  io.needsPacket := tail || copies || isEvent || (isTable || sums) && region(7, Region.PACKET) ||
    (update || sums) && region(4, Region.PACKET)
  private val handle = Mux(lock, registers(0)(63 downto 32),
    Mux(slot.f1 && !isTail, slot.imm(16 downto 8).resize(32), registers(0)(31 downto 0)))
  private val place = MapPlace(config)
  private val places = Mem(Bits(place.getBitsWidth bits), 1 << NicConfig.HandleWidth)
  private val looked = handle.asUInt.resize(NicConfig.HandleWidth)
  place.assignFromBits(if (toMemory == 0) places.readAsync(looked)
                       else Delay(places.readSync(looked), toMemory - 1))
  places.write(io.descriptor.handle, io.descriptor.place.asBits,
    io.descriptor.valid && io.descriptor.cpu === 0)
  private val known = handle(31 downto NicConfig.HandleWidth) === 0 && !(isTail && registers(0)(63 downto 32).orR)
  private val index = later(Mux(lock, (registers(0)(31 downto 0) >> 3).resize(32), second(31 downto 0)).asUInt)
  private val inside = later(known) && index < place.words
  private val call = io.late.payload
  io.late.valid := io.calls && later(io.isLate && !stores)
  call.half := io.half
  call.context := io.context
  call.kind := later(Mux(isTail, U(LateKind.Tail, LateKind.Width bits),
    Mux(throughMap, U(LateKind.Redirect), Mux(isEvent, U(LateKind.Event), Mux(lock, U(LateKind.Lock), Mux(isTable, U(LateKind.Call), U(LateKind.Value)))))))
  private val isHashed = Bool()
  call.isEntry := later(isTail || lock) || later(throughMap) && !isHashed
  call.isLock := later(lock)
  call.upper := later(registers(0)(2))
  call.place := later(RegisterPlace(config, slot.dst))
  call.word := Mux(call.isIndexed, place.base, Mux(inside, place.base + index.resize(config.mapWordWidth), U(0)))
  call.words := Mux(later(known), place.words, U(0))
  call.inside := inside
  call.isRing := later(ring)
  if (config.rings) {
    call.ring.ring := later((handle.asUInt - 1).resize(NicConfig.RingWidth))
    call.ring.asks := later(query)
    call.ring.operand := later(second(29 downto 0).asUInt)
    val isWrong = Mux(query, second(63 downto 2).orR, second(63 downto 30).orR || third.orR)
    call.ring.isWrong := later(isWrong)
  }
  call.from := later((io.address + io.shape.length).resize(config.addressWidth))
  call.bytes := later(by.asUInt.resize(config.lengthWidth))
  call.isDevices := place.devices
  // Flags of a redirect: what is returned if there is no entry; whether it goes to all; more is wrong.
  call.flags := later(third(1 downto 0))
  private val toAll = later(third(3))
  private val excludes = later(third(4))
  call.toAll := toAll && place.devices
  call.isWrong := later(third(63 downto 5).orR || third(2)) || !place.devices && (toAll || excludes)
  call.isTable := (later(isTable) || later(throughMap)) && isHashed
  call.isIndexed := later(isTable) && !isHashed

  // What calls read. After a constant address the registers behind it are one less.
  private val fixed = (slot.mod(1 downto 0) ## slot.fifth ## B(0, 2 bits)).resize(64)
  private def memory(at: Int, value: Bits, isRegister: Bool): CallMemory = {
    val memory = CallMemory(config)
    val base = Mux(region(at, Region.STACK), io.stack, io.address)
    val address = (base + value(15 downto 0).asUInt).resize(config.addressWidth)
    memory.isRegister := later(isRegister)
    memory.value := later(value(63 downto config.addressWidth) ##
      Mux(isRegister, value(config.addressWidth - 1 downto 0), address.asBits))
    memory
  }
  call.isSum := later(sums)
  // A key and a value behind a map, or what is taken from a sum and what is added: chosen once.
  private lazy val firstPiece = memory(7,
    Bitwise(Seq(fixed, registers(0), registers(1)), slot.f0, sums || slot.f1 && !isTail) {
      case (Seq(fixed, zeroth, first), Seq(isFixed, isZeroth)) => Mux(isFixed, fixed, Mux(isZeroth, zeroth, first))
    }, region(7, Region.REGISTER) || throughMap)
  private lazy val secondPiece = {
    val constants = (slot.f1 && !sums).asUInt +^ slot.f0.asUInt
    memory(4, Bitwise.choice(Seq(registers(2), registers(1), registers(0)), constants), region(4, Region.REGISTER))
  }

  if (!config.tables) isHashed := False
  else {
    val keys = MapKeys(config)
    val all = Mem(Bits(keys.getBitsWidth bits), 1 << NicConfig.HandleWidth)
    keys.assignFromBits(if (toMemory == 0) all.readAsync(looked) else Delay(all.readSync(looked), toMemory - 1))
    all.write(io.descriptor.handle, io.descriptor.keys.asBits, io.descriptor.valid && io.descriptor.cpu === 0)

    isHashed := keys.keyBytes =/= 0

    val table = call.table
    val last = Mux(slot.f1, Mux(slot.f0, registers(1), registers(2)), Mux(slot.f0, registers(2), registers(3)))
    table.operation := later(Mux(update, U(Operation.Update, 2 bits),
      Mux(delete, U(Operation.Delete, 2 bits), U(Operation.Lookup, 2 bits))))
    table.map := later((handle.asUInt - 1).resize(8))
    table.cpu := later(io.cpu)
    table.flags := later(Mux(last(63 downto 2).orR, U(3, 2 bits), last(1 downto 0).asUInt))
    call.reads.first := firstPiece
    call.reads.second := secondPiece
    call.reads.firstBytes := Mux(isHashed, keys.keyBytes, U(4)).resized
    call.reads.secondBytes := keys.valueBytes.resized
    call.reads.hasSecond := later(update)
    if (config.copies) call.reads.isCopy := False
  }
  if (config.sums) {
    val args = (0 until 5).map(i => if (i == 0) Mux(slot.f0, fixed, registers(0))
      else Mux(slot.f0, registers(i - 1), registers(i)))
    def bytes(argument: Int): UInt = args(argument)(config.readWidth - 1 downto 0).asUInt
    val reads = CallReads(config)
    reads.first := firstPiece
    reads.second := secondPiece
    reads.firstBytes := later(bytes(1))
    reads.secondBytes := later(bytes(3))
    reads.hasSecond := later(bytes(3) =/= 0)
    if (config.copies) reads.isCopy := False
    call.seed := later(args(4)(31 downto 0))
    if (config.tables) when(later(sums))(call.reads := reads) else call.reads := reads
  }
  if (config.events) {
    call.event.map := later((handle.asUInt - 1).resize(NicConfig.HandleWidth))
    call.event.cpu := later(io.cpu)
    call.event.time := later(io.time)
    call.event.isMine := later(second(31 downto 0).asUInt === io.cpu)
    val data = Mux(slot.f0, fixed, Mux(slot.f1, registers(1), registers(2)))
    val size = Choice(Seq(registers(3), registers(2), registers(1)), slot.f1.asUInt +^ slot.f0.asUInt)
    val packet = CallMemory(config)
    packet.isRegister := False
    packet.value := later(io.address.asBits.resize(64))
    val reads = CallReads(config)
    reads.first := memory(7, data, region(7, Region.REGISTER))
    reads.second := packet
    reads.firstBytes := later(size(config.readWidth - 1 downto 0).asUInt)
    reads.secondBytes := later(eventBytes.resize(config.readWidth))
    reads.hasSecond := later(eventBytes =/= 0)
    if (config.copies) reads.isCopy := False
    if (config.tables || config.sums) when(later(isEvent))(call.reads := reads) else call.reads := reads
  }
  if (!config.copies) io.touches.setIdle()
  else {
    val fields = Mux(slot.f0, fixed, registers(1))
    val inPacket = CallMemory(config)
    inPacket.isRegister := False
    inPacket.value := later((io.address + copiedFrom.resize(16)).resize(config.addressWidth).asBits.resize(64))
    val buffer = memory(7, fields, region(7, Region.REGISTER))
    val reads = CallReads(config)
    reads.first := Mux(later(loadBytes), inPacket, buffer)
    reads.second := Mux(later(loadBytes), buffer, inPacket)
    reads.firstBytes := later(copied.resize(config.readWidth))
    reads.secondBytes := reads.firstBytes
    reads.hasSecond := True
    reads.isCopy := True
    if (config.tables || config.sums || config.events) when(later(copies))(call.reads := reads) else call.reads := reads

    val at = fields(15 downto 0).asUInt
    val first = (at >> config.lineShift).resize(log2Up(config.stackLines + 1))
    val last = ((at + copied.resize(16) - 1) >> config.lineShift).resize(log2Up(config.stackLines + 1))
    val lines = Cat((0 until config.stackLines).map(n => first <= n && last >= n))
    val writes = loadBytes && canCopy && region(7, Region.STACK)
    io.touches.valid := io.calls && later(writes)
    io.touches.payload := later(lines) & io.touches.valid #* config.stackLines
  }
}

object CallUnit {

  /** Bits of what is answered as arithmetic is: an error, or a verdict. */
  val ResultWidth = 6
  private val Efault = -14
  private val Einval = -22
  private val Eacces = -13
  private val MostMetadata = 252
}
