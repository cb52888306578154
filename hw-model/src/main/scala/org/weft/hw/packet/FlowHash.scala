package org.weft.hw.packet

import java.util.zip.CRC32C

import org.weft.hw.config.NicConfig
import spinal.core._
import spinal.lib._

/** The logical CPU of a packet's flow, as it comes in: [I3]. What is hashed is gathered from the beats of
  * its header; two clocks after the last beat the CPU is there.
  */
case class FlowHash(config: NicConfig) extends Component {
  import FlowHash._
  import config.bus

  val io = new Bundle {
    val beat = slave(Flow(StreamBeat(config)))

    /** Bytes of the packet, with its last beat. */
    val length = in UInt (config.lengthWidth + 1 bits)
    val cpu = out UInt (config.cpuWidth bits)
  }

  private val beats = (HeaderBytes + bus - 1) / bus
  private val index = Reg(UInt(log2Up(beats + 1) bits)) init 0
  private val now = io.beat
  when(now.valid) {
    when(now.last)(index := 0).elsewhen(index =/= beats)(index := index + 1)
  }
  private def isIn(byte: Int): Bool = index === byte / bus
  private def byte(number: Int): Bits = now.data(8 * (number % bus), 8 bits)
  private def masked(bits: Bits, by: Bool): Bits = Mux(by, bits, B(0, 8 bits))

  /** A byte of the header, kept. */
  private def kept(number: Int): Bits = {
    val register = Reg(Bits(8 bits)) // Without reset: looked at when the packet is long enough.
    when(now.valid && isIn(number))(register := byte(number))
    register
  }

  /** The exclusive or of some bytes, each if a condition holds when it comes. */
  private def gathered(bytes: Seq[(Int, Bool)]): Bits = {
    val register = Reg(Bits(8 bits)) init 0
    val before = Mux(index === 0, B(0, 8 bits), register)
    when(now.valid) {
      register := bytes.map { case (n, when) => masked(byte(n), isIn(n) && when) }.foldLeft(before)(_ ^ _)
    }
    register
  }
  private def both(at: Int, size: Int): Seq[Bits] =
    (0 until size).map(i => gathered(Seq(at + i -> True, at + size + i -> True)))

  // Where the ports are follows from the length of the IPv4 header, which may be in the same beat.
  private val first = kept(Ip)
  private val words = (if (bus > 1) Mux(isIn(Ip), byte(Ip), first) else first)(3 downto 0).asUInt
  private val macs = both(0, 6)
  private val addresses4 = both(Ip + 12, 4)
  private val addresses6 = both(Ip + 8, 16)
  private val ports4 = for (i <- 0 until 2) yield gathered(
    for (n <- 0 until 16; side <- Seq(0, 2)) yield {
      val at = Ip + 4 * n + side + i
      at -> (if (bus == 1 && at == Ip) byte(Ip)(3 downto 0).asUInt === n else words === n)
    })
  private val ports6 = both(Ip + 40, 2)
  private val typeHigh = kept(Ip - 2)
  private val typeLow = kept(Ip - 1)
  private val fragment = kept(Ip + 6)(5 downto 0) ## kept(Ip + 7)
  private val protocol4 = kept(Ip + 9)
  private val protocol6 = kept(Ip + 6)

  // In the clock after the last beat: what the packet is, and what is hashed of it, its end last.
  private val length = RegNextWhen(io.length, now.valid) // Looked at after a last beat.
  private val etherType = typeHigh ## typeLow
  private val is4 = etherType === 0x0800 && length >= Ip + 20
  private val is6 = etherType === 0x86dd && length >= Ip + 40
  private val protocol = Mux(is4, protocol4, protocol6)
  private val hasPorts = (protocol === Tcp || protocol === Udp) && Mux(is4,
    fragment === 0 && length >= (first(3 downto 0).asUInt << 2) +^ U(Ip + 4), length >= Ip + 44)
  private val ports = Mux(is4, Vec(ports4), Vec(ports6))
  private val addresses =
    Mux(is4, Vec(Seq.fill(12)(B(0, 8 bits)) ++ addresses4), Vec(addresses6))
  private val isOther = !is4 && !is6
  private val message = Vec(Bits(8 bits), Bytes)
  private val zero = B(0, 8 bits)
  for (i <- 0 until Bytes) {
    val withPorts = if (i < 16) addresses(i) else if (i == 16) protocol else ports(i - 17)
    val without = if (i < 2) zero else if (i < 18) addresses(i - 2) else protocol
    val mac = if (i < Bytes - 6) zero else macs(i - Bytes + 6)
    message(i) := Mux(isOther, mac, Mux(hasPorts, withPorts, without))
  }
  private val size = Mux(isOther, U(6, 5 bits),
    Mux(is4, Mux(hasPorts, U(7, 5 bits), U(5, 5 bits)), Mux(hasPorts, U(19, 5 bits), U(17, 5 bits))))
  private val hashed = RegNext(message) // Looked at in the clock after.
  private val sized = RegNext(size) // Looked at in the clock after.

  // In the next one: a CRC is linear, and zeros before a message change nothing but its constant.
  private val constant = sized.muxListDc(Seq(5, 6, 7, 17, 19).map(n => n -> B(BigInt(crc(new Array[Byte](n))), 32 bits)))
  private val linear = Vec(for (bit <- 0 until 31) yield {
    val terms = for (i <- 0 until Bytes; b <- 0 until 8 if (contribution(i, b) >> bit & 1) == 1) yield hashed(i)(b)
    terms.reduceBalancedTree(_ ^ _)
  }).asBits
  io.cpu := modulo((linear ^ constant(30 downto 0)).asUInt, config.machine.cpus)

  /** A number modulo a constant: of each four bits, then of the sum. */
  private def modulo(hash: UInt, divisor: Int): UInt =
    if (isPow2(divisor)) hash.resize(config.cpuWidth) & (divisor - 1)
    else {
      val parts = for (at <- 0 until 31 by 4) yield {
        val bits = hash(at, 4 min (31 - at) bits)
        Vec((0 until (1 << bits.getWidth)).map(n =>
          U(((BigInt(n) << at) % divisor).toInt, config.cpuWidth bits))).read(bits)
      }
      (parts.map(_.resize(config.cpuWidth + 3)).reduceBalancedTree(_ + _) % U(divisor)).resize(config.cpuWidth)
    }
}

object FlowHash {

  /** Clocks from the last beat to the CPU. */
  val Clocks = 2

  private val Ip = 14
  private val HeaderBytes = Ip + 15 * 4 + 4
  private val Tcp = 6
  private val Udp = 17

  /** The longest message: both IPv6 addresses, protocol, ports. */
  private val Bytes = 19

  private def crc(message: Array[Byte]): Long = {
    val crc = new CRC32C()
    crc.update(message)
    crc.getValue
  }

  /** What a bit of the message changes of its CRC. */
  private def contribution(byte: Int, bit: Int): Long = {
    val message = new Array[Byte](Bytes)
    message(byte) = (1 << bit).toByte
    crc(message) ^ crc(new Array[Byte](Bytes))
  }
}
