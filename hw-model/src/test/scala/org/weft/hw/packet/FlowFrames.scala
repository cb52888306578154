package org.weft.hw.packet

import java.util.Random

/** Frames of all kinds that the hash of [I3] tells apart, and that hash. */
private object FlowFrames {
  private val Ip = 14
  private val (ipv4, ipv6) = (Seq[Byte](8, 0), Seq(0x86, 0xdd).map(_.toByte))
  private val others = Seq(Seq(8, 6), Seq(0x81, 0), Seq(0, 0x26), Seq(0x86, 0), Seq(8, 0xdd)).map(_.map(_.toByte))

  /** A frame of about so many bytes: what it is may need more. */
  def any(random: Random, bytes: Int): Seq[Byte] = {
    val frame = Array.fill(bytes max Ip + 80)(random.nextInt().toByte)
    def put(at: Int, value: Seq[Byte]): Unit = value.copyToArray(frame, at)
    def one[T](of: Seq[T]): T = of(random.nextInt(of.size))
    val protocol = one(Seq(6, 17, 6, 17, 1, 58, 0, 7)).toByte
    val kind = one(Seq(ipv4, ipv4, ipv6) :+ one(others))
    put(Ip - 2, kind)
    // Where ports would be, and the first length that has them.
    val (header, ports) =
      if (kind == ipv4) {
        val words = if (random.nextInt(3) == 0) random.nextInt(16) else 5
        put(Ip, Seq((0x40 | words).toByte))
        // May be fragmented, the first of some, a later one, or nothing of that.
        put(Ip + 6, one(Seq(Seq(0x40, 0), Seq(0, 0), Seq(0x80, 0), Seq(0x20, 0), Seq(0, 1), Seq(1, 0), Seq(0x20, 7))).map(_.toByte))
        put(Ip + 9, Seq(protocol))
        (20, 4 * words)
      } else {
        if (kind == ipv6) put(Ip + 6, Seq(protocol))
        (40, 40)
      }
    val length = random.nextInt(4) match {
      case 0 => Ip + header + random.nextInt(3) - 1
      case 1 => Ip + ports + 4 + random.nextInt(3) - 1
      case _ => bytes
    }
    frame.take(length max Ip).toSeq
  }

  /** The lower 31 bits of the CRC-32C of a frame's flow. */
  def hash(frame: Seq[Byte]): Long = crc(message(frame)) & 0x7fffffffL

  private def both(bytes: Seq[Byte]): Seq[Byte] = {
    val (one, other) = bytes.splitAt(bytes.size / 2)
    one.zip(other).map { case (a, b) => (a ^ b).toByte }
  }

  private def message(frame: Seq[Byte]): Seq[Byte] = {
    val (kind, packet) = (frame.slice(Ip - 2, Ip), frame.drop(Ip))
    def withPorts(protocol: Byte, header: Int) = protocol +:
      (if ((protocol == 6 || protocol == 17) && packet.size >= header + 4) both(packet.slice(header, header + 4)) else Nil)
    if (kind == ipv4 && packet.size >= 20) {
      val isFragment = (packet(6) & 0x3f) != 0 || packet(7) != 0
      both(packet.slice(12, 20)) ++ (if (isFragment) Seq(packet(9)) else withPorts(packet(9), 4 * (packet.head & 15)))
    } else if (kind == ipv6 && packet.size >= 40) both(packet.slice(8, 40)) ++ withPorts(packet(6), 40)
    else both(frame.take(12))
  }

  /** Bit by bit, as RFC 3720 has it. */
  private def crc(bytes: Seq[Byte]): Long =
    bytes.foldLeft(0xffffffffL) { (before, byte) =>
      (0 until 8).foldLeft(before ^ byte & 0xff)((c, _) => if ((c & 1) == 1) c >>> 1 ^ 0x82f63b78L else c >>> 1)
    } ^ 0xffffffffL
}
