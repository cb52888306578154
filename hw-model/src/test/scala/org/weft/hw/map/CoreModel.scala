package org.weft.hw.map

import java.util.Random

import scala.collection.mutable

import org.junit.jupiter.api.Assertions.assertTrue
import org.weft.hw.row.LateKind
import org.weft.isa.row.{Opcode, Operand, Region, Slot}
import org.weft.isa.xdp.HelperFunction

/** A row in the execute stage: its slot with operands, the first of an exchange's two; what it asks for. */
private[map] case class Issue(slot: Slot, base: Long, value: Long, cpu: Int, access: Access, isCompare: Boolean = false) {
  def unlocks: Boolean = slot match {
    case call: Slot.Call => call.helper == HelperFunction.SPIN_UNLOCK
    case _               => false
  }
}

/** What the contexts of a core ask for at random, what is not done of it, and when answers come. */
private[map] class CoreModel(number: Int, contexts: Int, contents: Contents, random: Random) {
  val queue = mutable.Queue.empty[Access]
  private var further = false
  private var found = 0L

  /** Clocks in which a word comes; by half and clock the answers that come. */
  private val comes = mutable.Set.empty[Int]
  val answers = Seq.fill(2)(mutable.SortedMap.empty[Int, (Access, Long)])

  /** Requests for locks that were held. */
  val held = mutable.Queue.empty[Access]

  /** By context: whether it waits; the second issue of its row; what it posted and is not done; the lock that it has. */
  val waits = Array.fill(contexts)(false)
  val second = Array.fill(contexts)(Option.empty[Issue])
  val posted = Array.fill(contexts)(0)
  val lock = Array.fill(contexts)(Option.empty[Int])

  /** The rows in the execute stage and in the memory stage. */
  var executes, inMemory = Option.empty[Issue]

  private def among[T](values: T*): T = values(random.nextInt(values.size))
  private def value(): Long = among(0L, 1L, 2L, -1L, random.nextInt(4).toLong << 32, random.nextLong())
  private def bytes(value: Long, size: Int) = (0 until size).map(i => (value >> 8 * i).toByte)

  /** A context that can make a row, or a call. */
  def anyIdle(which: Int => Boolean): Option[Int] = {
    val all = (0 until contexts).filter(c => !waits(c) && !(executes ++ inMemory).exists(_.access.context == c) && which(c))
    Option.when(all.nonEmpty)(all(random.nextInt(all.size)))
  }

  private def ask(context: Int, map: Place, at: Long, size: Int, answered: Boolean, does: Work, register: Int, kind: Int): Access = {
    val inMap = map.byte(at).nonEmpty
    // What begins in no map goes to word 0, and the one behind it.
    val first = map.byte(at).map(_ / 8).getOrElse(0)
    val next = if (map.wraps && first == map.base + map.words - 1) map.base else first + 1
    val inFirst = size min 8 - (at % 8).toInt
    Access(context, register, kind, answered, (0 until size).map(i => if (inMap) map.byte(at + i) else None),
      if (inFirst < size) Seq(first, next) else Seq(first), inFirst, does)
  }

  /** A context's next row.
    *
    * @param posts whether it waits for nothing, and accesses the same word as all others
    */
  def issue(context: Int, posts: Boolean): Issue = second(context).getOrElse {
    val cpu = random.nextInt(2)
    val unlocks = lock(context).nonEmpty && posted(context) == 0 && random.nextInt(4) == 0
    val kind = if (unlocks) 4 else if (posts) among(1, 2) else among(0, 0, 0, 1, 1, 2, 2, 2, 3)
    val handle = if (unlocks) Place.Locks else if (kind == 3) Place.Ring else if (posts) 1 else among(1, 1, 1, 2, Place.Ring, 4, 6, 300)
    val map = Place(number, cpu, handle)
    val at = if (unlocks) lock(context).get.toLong else if (posts) 0L
      else among(random.nextInt(8), random.nextInt(32), 8L * map.words + random.nextInt(16) - 8, random.nextInt().toLong) & 0xffffffffL
    val register = random.nextInt(32)
    val offset = if (unlocks) 0 else if (kind == 3) -5 else random.nextInt().toShort.toInt
    // A handle in the slot counts, whatever is in the address.
    val named = if (kind < 3 && random.nextBoolean()) handle else 0
    val base = if (named > 0) random.nextLong() & ~0xffffffffL | at - offset & 0xffffffffL
      else (handle.toLong << 32) + at - offset
    val (stored, size, swapped) = (value(), 1 + random.nextInt(8), random.nextBoolean())
    def row(slot: Slot, size: Int, answered: Boolean, does: Work, from: Long = at): Issue =
      Issue(slot, base, stored, cpu, ask(context, map, from, size, answered, does, register, LateKind.Value))
    def call(helper: HelperFunction, arguments: Integer*) =
      new Slot.Call(0, helper, java.util.List.of(arguments: _*), java.util.List.of())
    kind match {
      case 0 =>
        val signed = random.nextBoolean()
        row(new Slot.Load(register, Region.MAP, named, 1, offset, size, signed, swapped), size, answered = true, Read(signed, swapped))
      case 1 =>
        val inOrder = bytes(stored, size)
        row(new Slot.Store(Region.MAP, named, 1, offset, size, swapped, Operand.register(2)), size, answered = false,
          Write(if (swapped) inOrder.reverse else inOrder))
      case 2 =>
        val opcode = among(Opcode.ATOMIC_ADD, Opcode.ATOMIC_OR, Opcode.ATOMIC_AND, Opcode.ATOMIC_XOR, Opcode.ATOMIC_XCHG,
          Opcode.ATOMIC_CMPXCHG, Opcode.ATOMIC_CMPXCHG)
        val (is32, fetch, compare) = (random.nextBoolean(), !posts && random.nextBoolean(), value())
        val constant = Option.when(random.nextInt(3) == 0)(random.nextInt(32))
        val compares = opcode == Opcode.ATOMIC_CMPXCHG
        val size = if (is32) 4 else 8
        val slot = new Slot.Atomic(opcode, is32, fetch, if (fetch) register else 0, Region.MAP, named, 1, offset,
          constant.map(Slot.FIRST_CONSTANT + _).getOrElse(2), if (compares) 3 else 0)
        val made = row(slot, size, fetch, Change(opcode, is32, constant.map(_.toLong).getOrElse(stored), compare), at & -size)
        if (compares) made.copy(value = compare, isCompare = true) else made
      case 3 =>
        val discards = random.nextBoolean()
        row(call(if (discards) HelperFunction.RINGBUF_DISCARD else HelperFunction.RINGBUF_SUBMIT, 1, 2), 1, answered = false,
          Write(Seq(if (discards) 0x40 else 0)))
      case _ => row(call(HelperFunction.SPIN_UNLOCK, 1), 4, answered = false, Write(bytes(0, 4)))
    }
  }

  /** A call's request: of an entry, or of a lock. */
  def entry(context: Int): Access =
    if (lock(context).isEmpty && random.nextBoolean())
      ask(context, Place(number, 0, Place.Locks), 4 * random.nextInt(4), 4, answered = true,
        Change(Opcode.ATOMIC_CMPXCHG, is32 = true, 1, 0), 7, LateKind.Lock)
    else ask(context, Place(number, 0, among(1, 2, 4)), 8 * random.nextInt(8), 4, answered = true,
      Read(signed = false, swapped = false), 9, LateKind.Redirect)

  /** Whether the oldest request is offered to its bank: its word has to come in a clock of its own. */
  def offers(now: Int): Boolean = queue.headOption.exists(a => !(a.answered && a.isLoad && comes(now + 3)))
  def word: Int = if (further) queue.head.words.last else queue.head.words.head
  def loads: Boolean = queue.head.isLoad

  /** A bank has taken a word of the oldest request. */
  def taken(now: Int): Unit = {
    val access = queue.head
    val isLast = further || access.words.size == 1
    val part = if (further) contents.perform(access, access.first, access.bytes.size) else contents.perform(access, 0, access.first)
    found = if (further) found | part else part
    further = !isLast
    val comesIn = now + (if (access.does.isInstanceOf[Change]) 5 else 3)
    if (access.answered) assertTrue(comes.add(comesIn), s"two words come in clock $comesIn")
    if (isLast) {
      queue.dequeue()
      if (access.answered) answers(access.context & 1)(comesIn) = (access, contents.answer(access, found))
      else posted(access.context) -= 1
    }
  }

  /** A request is in the queue. */
  def add(access: Access): Unit = {
    queue.enqueue(access)
    if (access.answered) waits(access.context) = true else posted(access.context) += 1
  }
}
