package org.weft.hw.map

import java.nio.file.Path
import java.util.Random

import scala.collection.mutable

import org.junit.jupiter.api.Assertions.{assertEquals, assertTrue}
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.weft.hw.config.NicConfig
import org.weft.hw.row.LateKind
import org.weft.isa.machine.MachineFile
import org.weft.isa.row.{Row, RowCodec}
import spinal.core.sim._

/** Accesses of few words by several cores and the table writer are what they would be one after the other as banks take them, in
  * turn; answers come when they should, to who waits for them.
  */
class MapUnitTest {
  private val config = NicConfig(MachineFile.parse("preset = hxdp\ncores = 3\ncpus = 6\nthreads = 8\nmap_kbytes = 4\n"))
  import config.{cores, machine}
  private val words = machine.mapKbytes * 128
  private val seed = 3
  private val random = new Random(seed)
  private val contents = new Contents(8 * words)
  private val models = Seq.tabulate(cores)(new CoreModel(_, machine.threads, contents, random))

  /** Clocks in which requests begin and end, and in which memory is read, that was made zero at first. */
  private val (begin, end, read) = (words, words + 12000, words + 13000)

  /** By bank the core that was served last; who has each lock; when the writer's words come. */
  private val last = Array.fill(machine.mapBanks)(0)
  private val holders = mutable.Map.empty[Int, Int]
  private val loaded = mutable.Map.empty[Int, Long]
  private var done, together, full, lost = 0

  private def unsigned(value: Long): BigInt = BigInt(value) & ((BigInt(1) << 64) - 1)
  private def bank(word: Int): Int = (word ^ word >> 2 ^ word >> 4 ^ word >> 6) & 3

  private def describe(dut: MapCores): Unit = {
    for (user <- dut.users) {
      Seq(user.sends, user.isThere, user.entry.valid, user.result.takes).foreach(_ #= false)
      user.descriptor.valid #= true
    }
    dut.writer.valid #= false
    for (handle <- 1 to 255; cpu <- 0 until config.coreCpus) {
      for ((user, core) <- dut.users.zipWithIndex) {
        val place = Place(core, cpu, handle)
        user.descriptor.handle #= handle
        user.descriptor.cpu #= cpu
        user.descriptor.place.base #= place.base
        user.descriptor.place.words #= place.words
        user.descriptor.place.wraps #= place.wraps
      }
      dut.clockDomain.waitSampling()
    }
    dut.users.foreach(_.descriptor.valid #= false)
  }

  /** The table writer's word in a clock, if it has one: which is written, or loaded. */
  private def write(dut: MapCores, now: Int): Option[Int] = {
    val word = if (now < begin) now else if (now >= read) (now - read) % words else random.nextInt(20)
    val isZero = now < begin || random.nextInt(4) == 0
    val (writes, keeps, data) = (isZero || random.nextBoolean() && now < read, if (now < begin) 0 else random.nextInt(4), random.nextLong())
    val isValid = now < begin || now >= read || now < end && random.nextInt(8) == 0 && word / 2 != Place(0, 0, Place.Locks).base / 2
    dut.writer.valid #= isValid
    dut.writer.writes #= writes && now < read
    dut.writer.word #= word
    dut.writer.data #= unsigned(data)
    dut.writer.isZero #= isZero
    dut.writer.keeps #= keeps
    if (isValid && writes && now < read) for (i <- 0 until 8 if (keeps >> i / 4 & 1) == 0)
      contents.now(8 * word + i) = if (isZero) 0 else (data >> 8 * i).toByte
    else if (isValid) loaded(now + 3) = contents.word(word)
    Option.when(isValid)(word)
  }

  /** Rows of a core, and calls in clocks in which none of them has its effect: what they ask for. */
  private def ask(dut: MapCores, core: Int, now: Int): (Option[Access], Option[Access]) = {
    val (model, user) = (models(core), dut.users(core))
    val goesOn = now >= begin && now < end
    model.inMemory = model.executes
    model.executes = Option.when(random.nextInt(16) > 0)(model.anyIdle(c => goesOn || model.lock(c).nonEmpty || model.second(c).nonEmpty))
      .flatten.map(model.issue(_, posts = now / 256 % 8 == 7))
    for (row <- model.executes) {
      user.slot #= unsigned(RowCodec.encode(new Row(java.util.List.of(row.slot)), 1)(0))
      user.base #= unsigned(row.base)
      user.value #= unsigned(row.value)
      user.cpu #= row.cpu
      user.isCompare #= row.isCompare
    }
    for (row <- model.inMemory) {
      user.half #= row.access.context & 1
      user.context #= row.access.context >> 1
    }
    // No more is posted than there is room for.
    val sent = model.inMemory.filter(r => !r.isCompare && (r.access.answered || model.queue.size < 32)).map(_.access)
    user.isThere #= model.inMemory.nonEmpty
    user.sends #= sent.nonEmpty
    val caller = Option.when(sent.isEmpty && goesOn && random.nextInt(4) == 0)(
      model.anyIdle(c => model.posted(c) == 0 && model.second(c).isEmpty)).flatten
    val entry = caller.map(model.entry)
    user.entry.valid #= entry.nonEmpty
    for (access <- entry) {
      val upper = access.bytes.head.exists(_ % 8 == 4)
      val request = user.entry.payload
      request.word #= access.words.head
      request.inside #= access.bytes.head.nonEmpty
      request.operation #= (if (access.isLoad) MapOperation.Load else MapOperation.Exchange)
      request.answered #= true
      request.atomic #= !access.isLoad
      request.data #= BigInt(1) << (if (upper) 32 else 0)
      request.compare #= 0
      request.waiter.offset #= (if (upper) 4 else 0)
      request.waiter.size #= 3
      request.waiter.signed #= false
      request.waiter.swapped #= false
      request.waiter.half #= access.context & 1
      request.waiter.context #= access.context >> 1
      request.waiter.place.lane #= access.register % config.lanes
      request.waiter.place.index #= access.register / config.lanes
      request.waiter.kind #= access.kind
    }
    user.result.half #= random.nextInt(2)
    (sent, entry)
  }

  /** A core's result of a half, if it has one; it may be written. */
  private def result(dut: MapCores, core: Int, now: Int): Unit = {
    val (model, result) = (models(core), dut.users(core).result)
    def where = s"core $core, clock $now, seed $seed"
    val here = model.answers(result.half.toInt)
    assertEquals(here.nonEmpty && here.head._1 < now, result.valid.toBoolean, s"a result, $where")
    val takes = result.valid.toBoolean && random.nextInt(8) > 0
    result.takes #= takes
    if (takes) {
      val (clock, (access, value)) = here.head
      here.remove(clock)
      assertEquals((access.context, access.register, access.kind), (2 * result.context.toInt + result.half.toInt,
        result.place.lane.toInt + config.lanes * result.place.index.toInt, result.kind.toInt), where)
      assertEquals(value.toHexString, result.value.toBigInt.toLong.toHexString, s"$access, $where")
      done += 1
      if (access.kind == LateKind.Lock && value != 0) {
        model.held.enqueue(access)
        lost += 1
      } else {
        model.waits(access.context) = false
        if (access.kind == LateKind.Lock) {
          val at = access.bytes.head.get
          assertEquals(None, holders.put(at, core), s"lock at $at, $where")
          model.lock(access.context) = Some(at - 8 * Place(core, 0, Place.Locks).base)
        }
      }
    }
  }

  /** Banks take one request each, in turn, and with a load others of its word. */
  private def take(dut: MapCores, writers: Option[Int], now: Int): Unit =
    for (b <- 0 until machine.mapBanks) {
      val wants = models.indices.filter(c => models(c).offers(now) && bank(models(c).word) == b)
      val next = if (writers.exists(bank(_) == b)) None else (1 to cores).map(n => (last(b) + n) % cores).find(wants.contains(_))
      val expected = next.toSeq.flatMap(n => wants.filter(c =>
        c == n || models(c).loads && models(n).loads && models(c).word == models(n).word))
      val taken = wants.filter(dut.users(_).isTaken.toBoolean)
      assertEquals(expected, taken, s"bank $b asked for ${wants.map(models(_).queue.head)}, clock $now, seed $seed")
      next.foreach(last(b) = _)
      together += (if (taken.size > 1) 1 else 0)
    }

  @Test
  def accessesAreDoneInTheOrderOfTheirBanks(@TempDir directory: Path): Unit =
    SimConfig.withVerilator.workspacePath(directory.toString).compile(MapCores(config)).doSim(seed) { dut =>
      dut.clockDomain.forkStimulus(2)
      describe(dut)
      for (now <- 0 until read + words + 4) {
        val writers = write(dut, now)
        val asked = models.indices.map(ask(dut, _, now))
        sleep(1)
        for ((model, i) <- models.zipWithIndex; user = dut.users(i)) {
          def where = s"core $i, clock $now, seed $seed"
          assertEquals(model.queue.size >= 32, user.isFull.toBoolean, where)
          assertEquals(model.queue.isEmpty, user.isEmpty.toBoolean, where)
          assertEquals(asked(i)._1.exists(_.answered), user.waits.toBoolean, where)
          for (h <- 0 until 2; c <- 0 until config.halfContexts)
            assertEquals(model.posted(2 * c + h) > 0, (user.posted(h).toInt >> c & 1) == 1, s"half $h, context $c posted, $where")
          assertEquals(model.offers(now), user.offers.toBoolean, s"offers, $where")
          full += (if (user.isFull.toBoolean) 1 else 0)
        }
        take(dut, writers, now)
        assertEquals(loaded.get(now), Option.when(dut.loaded.valid.toBoolean)(dut.loaded.payload.toBigInt.toLong),
          s"the writer's word, clock $now, seed $seed")
        for ((model, i) <- models.zipWithIndex; (sent, entry) = asked(i)) {
          if (dut.users(i).isTaken.toBoolean) model.taken(now)
          if (model.held.nonEmpty && sent.isEmpty && entry.isEmpty) model.queue.enqueue(model.held.dequeue())
          result(dut, i, now)
          (sent ++ entry).foreach(model.add)
          for (row <- model.inMemory) {
            val context = row.access.context
            if (row.isCompare)
              model.second(context) = Some(row.copy(value = row.access.does.asInstanceOf[Change].value, isCompare = false))
            else if (sent.nonEmpty) {
              model.second(context) = None
              if (row.unlocks) {
                model.lock(context).foreach(at => holders.remove(at + 8 * Place(i, 0, Place.Locks).base))
                model.lock(context) = None
              }
            }
          }
        }
        dut.clockDomain.waitSampling()
      }
      assertTrue(models.forall(c => c.queue.isEmpty && c.held.isEmpty && c.answers.forall(_.isEmpty)), "all is done")
      assertTrue(done > 5000 && together > 300 && full > 300 && lost > 100 && contents.exchanges > 200,
        s"$done answers, $together loads together, $full clocks full, $lost locks held, ${contents.exchanges} exchanges")
    }
}
