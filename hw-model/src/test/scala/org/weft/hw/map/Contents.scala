package org.weft.hw.map

import org.weft.isa.row.{Arithmetic, Opcode}

/** A map for a logical CPU: its first word, how many there are, and whether the first one comes again behind the last. */
private[map] case class Place(base: Int, words: Int, wraps: Boolean) {

  /** The byte of map memory at an offset, if it is the map's. */
  def byte(offset: Long): Option[Int] = {
    val word = if (wraps) offset / 8 % words else offset / 8
    Option.when(word < words)((8 * (base + word) + offset % 8).toInt)
  }
}

private[map] object Place {
  val Ring = 3

  /** Of spin locks, which nothing else accesses. */
  val Locks = 5

  /** The map with a handle as a CPU of a core has it: all but one are everybody's. */
  def apply(core: Int, cpu: Int, handle: Int): Place = handle match {
    case 1     => Place(0, 4, wraps = false)
    case 2     => Place(10, 7, wraps = false)
    case Ring  => Place(32, 16, wraps = true)
    case 4     => Place(100 + 5 * (2 * core + cpu), 5, wraps = false)
    case Locks => Place(8, 2, wraps = false)
    case _     => Place(0, 0, wraps = false)
  }
}

/** What a core asked for: bytes, as far as they are the map's, in one word or two, and what becomes of them. */
private[map] case class Access(context: Int, register: Int, kind: Int, answered: Boolean, bytes: Seq[Option[Int]], words: Seq[Int],
    first: Int, does: Work) {
  def isLoad: Boolean = does.isInstanceOf[Read]
}

private[map] sealed trait Work
private[map] case class Read(signed: Boolean, swapped: Boolean) extends Work

/** The bytes in their order. */
private[map] case class Write(bytes: Seq[Byte]) extends Work
private[map] case class Change(opcode: Opcode, is32: Boolean, value: Long, compare: Long) extends Work

/** Map memory as it is when all that was taken is done, one after the other. */
private[map] class Contents(bytes: Int) {
  val now = new Array[Byte](bytes)
  var exchanges = 0

  def word(at: Int): Long = number((8 * at until 8 * at + 8).map(Some(_)))

  private def number(bytes: Seq[Option[Int]]): Long =
    bytes.map(_.map(now(_)).getOrElse(0.toByte)).foldRight(0L)((byte, rest) => rest << 8 | byte & 0xff)
  private def set(bytes: Seq[Option[Int]], value: Seq[Byte]): Unit = for ((Some(at), byte) <- bytes zip value) now(at) = byte

  /** Some bytes' part of an access: those that it finds, in a number. */
  def perform(asked: Access, from: Int, until: Int): Long = {
    val bytes = asked.bytes.slice(from, until)
    val old = number(bytes)
    asked.does match {
      case Read(_, _)    =>
      case Write(values) => set(bytes, values.slice(from, until))
      case Change(opcode, is32, value, compare) =>
        val made = opcode match {
          case Opcode.ATOMIC_ADD  => Arithmetic.add(old, value)
          case Opcode.ATOMIC_OR   => Arithmetic.or(old, value)
          case Opcode.ATOMIC_AND  => Arithmetic.and(old, value)
          case Opcode.ATOMIC_XOR  => Arithmetic.xor(old, value)
          case Opcode.ATOMIC_XCHG => value
          case _ =>
            val same = old == (if (is32) Arithmetic.cut(compare) else compare)
            if (same && bytes.head.nonEmpty) exchanges += 1
            if (same) value else old
        }
        set(bytes, (0 until 8).map(i => (made >> 8 * i).toByte))
    }
    old << 8 * from
  }

  /** What the register gets that waits for the bytes. */
  def answer(asked: Access, found: Long): Long = asked.does match {
    case Read(signed, swapped) =>
      val spare = 64 - 8 * asked.bytes.size
      val value = if (swapped) java.lang.Long.reverseBytes(found) >>> spare else found
      if (signed) value << spare >> spare else value
    case _ => found
  }
}
