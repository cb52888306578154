package org.weft.hw.core

import java.util.Random

import org.weft.hw.config.NicConfig
import org.weft.isa.row.{Operand, Region, Slot}

/** Of a row: where its packet and stack are, and where the bytes end that have arrived, from the packet's first one on. */
private[core] case class LocalPlaces(packet: Int, length: Int, metadata: Int, stack: Int, arrived: Int)

/** A slot, its operands, and the address that they say, in its region or the map of this handle. */
private[core] case class LocalRequest(slot: Slot, base: Long, value: Long, region: Region, handle: Int, address: Long, bytes: Int) {
  val isStore: Boolean = slot.isInstanceOf[Slot.Store]
  def isNear(other: LocalRequest): Boolean = region == other.region && (address - other.address).abs < 8
}

/** Packets, stacks and maps of both halves as bytes, and accesses at random, most of them near an end.
  *
  * @param maps by handle the first word and how many there are
  */
private[core] class LocalModel(config: NicConfig, maps: Map[Int, (Int, Int)], random: Random) {
  private val stackBytes = config.machine.stackBytes

  /** By half: what is in its memory. */
  val memory: Seq[Array[Byte]] = Seq.fill(2)(new Array[Byte](config.lines * config.line))

  private def among[T](values: T*): T = values(random.nextInt(values.size))

  def places(): LocalPlaces = {
    val metadata = among(0, 0, 4, 32, config.headroom / 4 * 4)
    val length = among(14, 60 + random.nextInt(8), 15 + random.nextInt(config.machine.frameBytes - 14))
    val packet = metadata + random.nextInt(config.firstStackLine * config.line - length - metadata + 1)
    val stack = config.firstStackLine * config.line + random.nextInt(config.halfContexts) * config.stackLines * config.line
    LocalPlaces(packet, length, metadata, stack, arrived = random.nextInt(length + 40) - 40)
  }

  def request(of: LocalPlaces): LocalRequest = {
    val region = if (config.mapBytes > 0) among(Region.PACKET, Region.STACK, Region.MAP) else among(Region.PACKET, Region.STACK)
    val bytes = 1 + random.nextInt(8)
    val handle = among(1, 2, 3, 4, 5, 257)
    val end = 8 * maps.getOrElse(handle, (0, 1))._2
    val near = random.nextInt(20) - 10L
    val address = region match {
      case Region.MAP    => among(0L, 0L, end.toLong, end.toLong, random.nextInt(end).toLong, 1L << 15, 1L << 31,
          among(1L, 3L, 65535L) << 16) + near & 0xffffffffL
      case Region.PACKET => (among(0, -of.metadata, of.length, of.arrived, random.nextInt(of.length), 0x8000,
          random.nextInt()) + near).toShort.toLong
      case _             => (among(0, stackBytes, random.nextInt(stackBytes), config.line * random.nextInt(config.stackLines), 0x8000,
          random.nextInt()) + near).toShort.toLong
    }
    val offset = random.nextInt().toShort.toInt
    val value = random.nextLong()
    val high = if (region == Region.MAP) handle.toLong << 32 else random.nextLong() & ~0xffffffffL
    val mixed = random.nextInt() & 0xffff0000L
    val base = if (region == Region.MAP) high + address - offset else high | (address - offset & 0xffffffffL ^ mixed)
    // Who names the map in the slot may have anything there.
    val named = if (region == Region.MAP && random.nextBoolean()) handle else 0
    val from = if (named > 0) base & 0xffffffffL | random.nextLong() & ~0xffffffffL else base
    val swapped = random.nextBoolean()
    random.nextInt(4) match {
      case 0 => // Its value is the operand, as of any other store.
        LocalRequest(new Slot.Store(region, 0, 1, offset, bytes, swapped, Operand.constant(7)), base, value, region, handle, address, bytes)
      case 1 => LocalRequest(new Slot.Store(region, named, 1, offset, bytes, swapped, Operand.register(2)), from, value, region, handle, address, bytes)
      case _ => LocalRequest(new Slot.Load(3, region, named, 1, offset, bytes, random.nextBoolean(), swapped), from, value, region, handle, address, bytes)
    }
  }

  /** Where in the half each byte of the access is; nowhere if it is outside. */
  private def bytes(of: LocalPlaces, r: LocalRequest): Seq[Option[Int]] = {
    val (low, high, start) = r.region match {
      case Region.PACKET => (-of.metadata, of.length, of.packet)
      case Region.STACK  => (0, stackBytes, of.stack)
      case _ =>
        val (base, words) = maps.getOrElse(r.handle, (0, 0))
        (0, 8 * words, config.firstMapByte + 8 * base)
    }
    (0 until r.bytes).map(r.address + _).map(a => Option.when(low <= a && a < high)(start + a.toInt))
  }

  def loaded(of: LocalPlaces, half: Int, r: LocalRequest): Long = {
    val load = r.slot.asInstanceOf[Slot.Load]
    val found = bytes(of, r).map(_.map(memory(half)(_)).getOrElse(0.toByte))
    val highestFirst = (if (load.swapped) found else found.reverse).toArray
    (if (load.signed) BigInt(highestFirst) else BigInt(1, highestFirst)).toLong
  }

  def store(of: LocalPlaces, half: Int, r: LocalRequest): Unit = {
    val value = (0 until r.bytes).map(i => (r.value >> 8 * i).toByte)
    val inOrder = if (r.slot.asInstanceOf[Slot.Store].swapped) value.reverse else value
    for ((Some(at), byte) <- bytes(of, r) zip inOrder) memory(half)(at) = byte
  }

  def waits(of: LocalPlaces, r: LocalRequest): Boolean = r.region == Region.PACKET &&
    -of.metadata <= r.address && r.address < of.length &&
    (r.address until r.address + r.bytes).exists(a => of.arrived <= a && a < of.length)

  def lines(of: LocalPlaces, r: LocalRequest): Set[Int] =
    if (r.region == Region.STACK && r.isStore) bytes(of, r).flatten.map(at => (at - of.stack) / config.line).toSet else Set()
}
