package org.weft.hw.board

import spinal.core._
import spinal.lib._

/** What a frame asks for, and what answers it; see docs/bitstream.md. */
object FrameKind {
  val Read = 1
  val Write = 2
  val Packet = 3
  val WriteValues = 4
  val ReadValues = 5

  /** Set in the kind of an answer. */
  val Answer = 0x80

  /** Answers a frame whose CRC is wrong. */
  val Refused = 0xff
}

/** A frame that came whole and right. */
case class Request() extends Bundle {
  val kind = Bits(8 bits)
  val length = UInt(16 bits)

  /** The first bytes of its payload. */
  val head = Vec(Bits(8 bits), 6)
}

/** Takes frames from a serial line: kind, length in two bytes, payload, CRC-32. */
case class FrameReceiver(clocksPerBit: Int) extends Component {
  private val Header = 3
  private val Trailer = 4

  val io = new Bundle {
    val line = in Bool ()
    val request = master(Flow(Request()))

    /** A frame has come that is not right. */
    val refused = out Bool ()

    /** A byte of a payload as it comes, before it is known to be right, and the payload's kind. */
    val kind = out Bits (8 bits)
    val payload = master(Flow(new Bundle {
      val place = UInt(16 bits)
      val byte = Bits(8 bits)
    }))
  }

  private val uart = UartReceiver(clocksPerBit)
  uart.io.line := io.line
  private val crc = Crc32()
  crc.io.bit << uart.io.bit
  private val now = uart.io.byte
  private val frame = Reg(Request()) // Looked at when a frame is whole.
  private val field = Reg(UInt(2 bits)) init 0 // Kind, length, length, the rest.
  private val index = Reg(UInt(16 bits)) init 0
  private val last = index === frame.length + (Trailer - 1)
  io.kind := frame.kind
  io.payload.valid := now.valid && field === Header && index < frame.length
  io.payload.place := index
  io.payload.byte := now.payload

  private val ends = RegNext(now.valid && field === Header && last, init = False)
  private val starts = ends || uart.io.isQuiet
  crc.io.clear := starts
  when(now.valid) {
    when(field === 0)(frame.kind := now.payload)
    when(field === 1)(frame.length(7 downto 0) := now.payload.asUInt)
    when(field === 2)(frame.length(15 downto 8) := now.payload.asUInt)
    when(field =/= Header) {
      field := field + 1
    } otherwise {
      index := index + 1
    }
    for (i <- frame.head.indices) {
      when(field === Header && index === i)(frame.head(i) := now.payload)
    }
  }
  when(starts) {
    field := 0
    index := 0
  }
  io.request.valid := ends && crc.io.fits
  io.request.payload := frame
  io.refused := ends && !crc.io.fits
}

/** Sends a frame: its kind and length, then bytes as they come, then the CRC. */
case class FrameSender(clocksPerBit: Int) extends Component {
  val io = new Bundle {
    val begin = slave(Flow(new Bundle {
      val kind = Bits(8 bits)
      val length = UInt(16 bits)
    }))
    val byte = slave(Stream(Bits(8 bits)))
    val isBusy = out Bool ()
    val line = out Bool ()
  }

  private val uart = UartSender(clocksPerBit)
  io.line := uart.io.line
  private object Part extends SpinalEnum {
    val Idle, Kind, Low, High, Payload, Crc = newElement()
  }
  private val part = Reg(Part()) init Part.Idle
  private val frame = RegNextWhen(io.begin.payload, io.begin.valid) // Looked at when not idle.
  private val left = Reg(UInt(16 bits)) init 0
  private val crc = Crc32()
  private val counts = RegNextWhen(part =/= Part.Crc, uart.io.byte.fire, init = False)
  crc.io.bit.valid := uart.io.bit.valid && counts
  crc.io.bit.payload := uart.io.bit.payload
  crc.io.clear := part === Part.Idle
  private val code = Reg(Bits(32 bits)) init 0 // Looked at behind its first byte.

  uart.io.byte.valid := part =/= Part.Idle && (part =/= Part.Payload || io.byte.valid)
  uart.io.byte.payload := part.mux(
    Part.Kind -> frame.kind,
    Part.Low -> frame.length(7 downto 0).asBits,
    Part.High -> frame.length(15 downto 8).asBits,
    Part.Crc -> Mux(left === 4, crc.io.value, code)(7 downto 0),
    default -> io.byte.payload)
  io.byte.ready := part === Part.Payload && uart.io.byte.ready
  io.isBusy := part =/= Part.Idle || !uart.io.byte.ready
  when(io.begin.valid)(part := Part.Kind)
  when(uart.io.byte.fire) {
    left := left - 1
    switch(part) {
      is(Part.Kind)(part := Part.Low)
      is(Part.Low)(part := Part.High)
      is(Part.High) {
        part := Mux(frame.length === 0, Part.Crc(), Part.Payload())
        left := Mux(frame.length === 0, U(4, 16 bits), frame.length)
      }
      is(Part.Payload) {
        when(left === 1) {
          part := Part.Crc
          left := 4
        }
      }
      is(Part.Crc) {
        code := Mux(left === 4, crc.io.value, code) |>> 8
        when(left === 1)(part := Part.Idle)
      }
    }
  }
}
