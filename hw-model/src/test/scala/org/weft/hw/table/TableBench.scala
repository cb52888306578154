package org.weft.hw.table

import java.nio.file.Path
import java.util

import org.weft.hw.config.NicConfig
import org.weft.isa.machine.MachineSpec
import spinal.core._
import spinal.core.sim._

/** A table, as [[TableDescriptor]] has it. */
final case class TestTable(firstRow: Long, buckets: Long, firstBeat: Long, beats: Int, room: Long, stride: Long,
    evicts: Boolean, firstWord: Long, copies: Int, distance: Long, limit: Long, inPlace: Boolean, spares: Boolean,
    trie: TestTrie)

/** Of a trie: bytes of its keys, and what is added to their words; none of other tables. */
final case class TestTrie(keyBytes: Int, seed: Long)

/** What is asked.
  *
  * @param clock the clock from which on it is offered, when what came before it on its way has been taken
  * @param key two words a beat
  */
final case class TestCall(clock: Long, map: Int, operation: Int, context: Int, cpu: Int, flags: Int, hash: Long,
    key: Array[Long], value: Array[Long])

/** An answer in its clock.
  *
  * @param way number of the core, of changes that and the number of cores, of the host twice that number
  */
final case class TestAnswer(clock: Long, way: Int, context: Int, result: Long)

/** Drives all tables of a machine with scripts, for tests that know what has to come out. */
final class TableBench(machine: MachineSpec, folder: Path) {
  private val config = NicConfig(machine)
  private val cores = config.cores

  /** Map memory, as it is at the end. */
  val memory: Array[Long] = new Array(1 << config.mapWordWidth)

  /** Words of the keys that the host was shown. */
  val keys = new util.ArrayList[Long]()

  /** Answers, by clock. */
  val answers = new util.ArrayList[TestAnswer]()

  private def bits(value: Long): BigInt = BigInt(value) & ((BigInt(1) << 64) - 1)

  /** A way for requests: those that wait, the beats and words of the one under way. */
  private class Way(port: TableRequest, calls: util.List[TestCall]) {
    private var next, beat, beats, word = 0
    private var value = Array.empty[Long]

    def drive(clock: Long): Unit = {
      val offers = beat == beats && next < calls.size && calls.get(next).clock <= clock
      port.valid #= offers
      val shown = if (beat < beats) next - 1 else if (offers) next else -1
      if (offers) {
        val call = calls.get(next)
        port.call.map #= call.map
        port.call.operation #= call.operation
        port.call.context #= call.context
        port.call.cpu #= call.cpu
        port.call.flags #= call.flags
        port.call.hash #= bits(call.hash)
      }
      if (shown >= 0) {
        val key = calls.get(shown).key
        val at = if (beat < beats) 2 * beat else 0
        port.key #= bits(key(at + 1)) << 64 | bits(key(at))
      }
      port.word #= (if (word < value.length) bits(value(word)) else BigInt(0))
    }

    def sample(): Unit = {
      if (port.nextWord.toBoolean) word += 1
      if (beat < beats) beat += 1
      if (port.valid.toBoolean && port.takes.toBoolean) {
        val call = calls.get(next)
        beat = 1
        beats = call.key.length / 2
        value = call.value
        word = 0
        next += 1
      }
    }
  }

  /** Runs for so many clocks.
    *
    * @param calls by way, as in [[TestAnswer]]
    */
  def run(tables: util.List[TestTable], calls: util.List[util.List[TestCall]], clocks: Long): Unit =
    SimConfig.withVerilator.workspacePath(folder.toString).compile(Tables(config)).doSim(1) { dut =>
      dut.clockDomain.forkStimulus(10)
      val ways = for (i <- 0 to 2 * cores) yield {
        val port = if (i < cores) dut.io.lookups(i) else if (i < 2 * cores) dut.io.changes(i - cores) else dut.io.host
        port.valid #= false
        new Way(port, calls.get(i))
      }
      val all = dut.io.found ++ dut.io.changed :+ dut.io.hostAnswer
      dut.io.words.ready #= true
      dut.io.cleans #= false
      dut.io.descriptor.valid #= false
      dut.clockDomain.waitSampling(4)
      dut.clockDomain.waitFallingEdge()
      dut.io.cleans #= true
      dut.clockDomain.waitFallingEdge()
      dut.io.cleans #= false
      while (dut.io.busy.toBoolean) dut.clockDomain.waitFallingEdge()
      describe(dut, tables)
      for (clock <- 0L until clocks) {
        ways.foreach(_.drive(clock))
        sleep(1)
        ways.foreach(_.sample())
        for ((answer, way) <- all.zipWithIndex if answer.valid.toBoolean)
          answers.add(TestAnswer(clock, way, answer.context.toInt, answer.result.toBigInt.toLong))
        if (dut.io.key.valid.toBoolean) {
          val beat = dut.io.key.payload.toBigInt
          keys.add(beat.toLong)
          keys.add((beat >> 64).toLong)
        }
        if (dut.io.words.valid.toBoolean && dut.io.words.writes.toBoolean)
          memory(dut.io.words.word.toInt) =
            if (dut.io.words.isZero.toBoolean) 0 else dut.io.words.data.toBigInt.toLong
        dut.clockDomain.waitFallingEdge()
      }
    }

  private def describe(dut: Tables, tables: util.List[TestTable]): Unit = {
    val write = dut.io.descriptor
    for (map <- 0 until tables.size) {
      val table = tables.get(map)
      write.valid #= true
      write.payload.map #= map
      val lookup = write.payload.descriptor.lookup
      lookup.firstRow #= table.firstRow
      lookup.bucketMask #= table.buckets - 1
      lookup.firstBeat #= table.firstBeat
      lookup.beats #= table.beats
      lookup.room #= table.room
      lookup.stride #= table.stride
      lookup.evicts #= table.evicts
      lookup.hasValue #= false
      lookup.isTrie #= table.trie != null
      lookup.keyBytes #= (if (table.trie == null) 0 else table.trie.keyBytes)
      lookup.seed #= (if (table.trie == null) BigInt(0) else bits(table.trie.seed))
      write.payload.descriptor.firstWord #= table.firstWord
      write.payload.descriptor.copies #= table.copies
      write.payload.descriptor.distance #= table.distance
      write.payload.descriptor.limit #= table.limit
      write.payload.descriptor.inPlace #= table.inPlace
      write.payload.descriptor.spares #= table.spares
      write.payload.descriptor.oldestFirst #= table.trie != null
      write.payload.descriptor.hasLock #= false
      write.payload.descriptor.lock #= 0
      dut.clockDomain.waitFallingEdge()
    }
    write.valid #= false
  }
}

/** Hashes keys in hardware. */
object KeyHashBench {
  private case class Hash() extends Component {
    val io = new Bundle {
      val crc, word = in Bits (64 bits)
      val seed = in UInt (64 bits)
      val next, mixed = out Bits (64 bits)
    }
    io.next := KeyHash.step(io.crc, io.word, io.seed)
    io.mixed := KeyHash.mixSecond(KeyHash.mixFirst(io.next))
  }

  /** The hash of each of these keys, given as words. */
  def run(keys: util.List[Array[Long]], seed: Long, folder: Path): Array[Long] = {
    val hashes = new Array[Long](keys.size)
    def bits(value: Long): BigInt = BigInt(value) & ((BigInt(1) << 64) - 1)
    SimConfig.withVerilator.workspacePath(folder.toString).compile(Hash()).doSim(1) { dut =>
      dut.io.seed #= bits(seed)
      for (i <- 0 until keys.size) {
        dut.io.crc #= 0
        for (word <- keys.get(i)) {
          dut.io.word #= bits(word)
          sleep(1)
          hashes(i) = dut.io.mixed.toBigInt.toLong
          dut.io.crc #= dut.io.next.toBigInt
        }
      }
    }
    hashes
  }
}
