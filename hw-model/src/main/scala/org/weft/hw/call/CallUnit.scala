package org.weft.hw.call

import org.weft.hw.config.NicConfig
import org.weft.hw.row.{LateKind, RegisterPlace, SlotFields}
import org.weft.hw.map.{DescriptorWrite, MapPlace}
import org.weft.hw.packet.{Shape, Target, Verdict}
import org.weft.isa.row.Opcode
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
    val address = in UInt (config.addressWidth bits)

    /** Whether the result comes late; whether all of the packet has to be there. */
    val isLate = out Bool ()
    val needsPacket = out Bool ()

    // Memory: whether the slot has its effect; who calls.
    val calls = in Bool ()
    val half = in UInt (1 bits)
    val context = in UInt (config.contextWidth bits)
    val newShape = master(Flow(Shape(config)))
    val newTarget = master(Flow(UInt(Target.Width bits)))
    val late = master(Flow(LateCall(config)))
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

  // Where the packet would be. Numbers beyond 16 bits are no distances.
  private val width = config.lengthWidth + 3
  private val delta = io.b(31 downto 0).asSInt
  private val isFar = io.b(31 downto 15).orR && !io.b(31 downto 15).andR
  private val by = delta.resize(17)
  private def wide(value: UInt): SInt = value.intoSInt.resize(18)
  private val shift = io.shape.shift.resize(18 bits)
  private val length = wide(io.shape.length)
  private val metadata = wide(io.shape.metadata)
  private val newLength = Mux(tail, length + by, length - by)
  private val newMetadata = metadata - by
  private val inFront = shift - metadata + by >= -config.headroom
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
  io.newShape.valid := (if (config.adjusts) io.calls && later(adjusts && isValid && !(meta && !isAligned)) else False)
  io.newShape.payload := later(shape)

  // Redirects to an interface.
  private val goes = redirect && io.b === 0
  private val ifindex = io.a(31 downto 0).asUInt
  io.newTarget.valid := (if (config.redirects) io.calls && later(goes) else False)
  io.newTarget.payload := later(Mux(ifindex > Target.Greatest, U(0), ifindex.resize(Target.Width)))

  private val error = Mux(isValid, Mux(meta && !isAligned, S(CallUnit.Eacces, 6 bits), S(0)), S(CallUnit.Einval))
  private val small = Mux(redirect, Mux(goes, S(Verdict.Redirect, 6 bits), S(0)), error)
  io.result := RegNext(later(small)).resize(64).asBits

  // Late calls: entries of maps by their number, and bytes behind a packet that grows.
  private val isEntry = isTail || throughMap
  io.isLate := isEntry || grows
  io.needsPacket := tail
  private val handle = Mux(isTail, io.a(31 downto 0), slot.imm(16 downto 8).resize(32))
  private val place = MapPlace(config)
  private val places = Mem(Bits(place.getBitsWidth bits), 1 << NicConfig.HandleWidth)
  private val looked = handle.asUInt.resize(NicConfig.HandleWidth)
  place.assignFromBits(if (toMemory == 0) places.readAsync(looked)
                       else Delay(places.readSync(looked), toMemory - 1))
  places.write(io.descriptor.handle, io.descriptor.place.asBits,
    io.descriptor.valid && io.descriptor.cpu === 0)
  private val known = handle(31 downto NicConfig.HandleWidth) === 0 && !(isTail && io.a(63 downto 32).orR)
  private val index = later(io.b(31 downto 0).asUInt)
  private val inside = later(known) && index < place.words
  private val call = io.late.payload
  io.late.valid := io.calls && later(io.isLate)
  call.half := io.half
  call.context := io.context
  call.kind := later(Mux(isTail, U(LateKind.Tail, 2 bits), Mux(throughMap, U(LateKind.Redirect), U(LateKind.Value))))
  call.isEntry := later(isEntry)
  call.place := later(RegisterPlace(config, slot.dst))
  call.word := Mux(inside, place.base + index.resize(config.mapWordWidth), U(0))
  call.inside := inside
  call.from := later((io.address + io.shape.length).resize(config.addressWidth))
  call.bytes := later(by.asUInt.resize(config.lengthWidth))
  call.isDevices := place.devices
  // Flags of a redirect: what is returned if there is no entry; whether it goes to all; more is wrong.
  call.flags := later(io.a(1 downto 0))
  private val toAll = later(io.a(3))
  private val excludes = later(io.a(4))
  call.toAll := toAll && place.devices
  call.isWrong := later(io.a(63 downto 5).orR || io.a(2)) || !place.devices && (toAll || excludes)
}

object CallUnit {
  private val Einval = -22
  private val Eacces = -13
  private val MostMetadata = 252
}
