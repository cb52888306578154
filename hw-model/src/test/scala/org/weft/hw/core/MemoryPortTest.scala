package org.weft.hw.core

import java.nio.file.Path
import java.util.Random

import org.junit.jupiter.api.Assertions.{assertEquals, assertTrue}
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.weft.hw.config.{Arrays, NicConfig}
import org.weft.isa.machine.MachineSpec
import org.weft.isa.row.{Row, RowCodec}
import spinal.core.sim._

/** Loads and stores anywhere around packets, stacks and maps reach the bytes that are inside, and no others, while lines move. */
class MemoryPortTest {
  private val seed = 1

  @Test
  def twoPortsOfBanksOfFourBytes(@TempDir directory: Path): Unit =
    run(directory, NicConfig(MachineSpec.preset("hxdp")), Nil)

  @Test
  def onePortOfBanksOfAByteThatHaveMaps(@TempDir directory: Path): Unit = {
    val machine = MachineSpec.preset("tiny")
    val values = new Array[Byte](machine.mapKbytes * 1024)
    new Random(seed).nextBytes(values)
    val places = Seq((0, 3), (3, 40), (43, 469))
    run(directory, NicConfig(machine, single = true, arrays = Arrays(places, values.toSeq)), places)
  }

  private def unsigned(value: Long): BigInt = BigInt(value) & ((BigInt(1) << 64) - 1)

  private def run(directory: Path, config: NicConfig, places: Seq[(Int, Int)]): Unit =
    SimConfig.withVerilator.workspacePath(directory.toString).compile(LocalMemory(config)).doSim(seed) { dut =>
      val random = new Random(seed)
      val told = (20, 9)
      val model = new LocalModel(config, places.zipWithIndex.map { case (place, i) => i + 1 -> place }.toMap + (4 -> told), random)
      val toMemory = 1 + config.stages.memory - config.stages.execute
      val width = config.machine.bankBytes
      if (places.nonEmpty)
        config.arrays.values.copyToArray(model.memory.head, config.firstMapByte)
      dut.io.stores #= 0
      dut.io.half #= false
      dut.io.moves.foreach(_.foreach(_.mask #= 0))
      dut.clockDomain.forkStimulus(10)
      for (descriptor <- Option(dut.io.descriptor)) {
        descriptor.handle #= 4
        descriptor.place.base #= told._1
        descriptor.place.words #= told._2
        descriptor.valid #= true
        dut.clockDomain.waitSampling(4)
        descriptor.valid #= false
      }
      dut.clockDomain.waitSampling(4)

      // Memory holds what moved there, or what it has at first; then come rows.
      val begin = if (places.isEmpty) 2 * config.lines else 0
      val rows = new Array[(LocalPlaces, Seq[LocalRequest])](begin + 20000)
      val wanted = new Array[Seq[Option[Long]]](rows.length)
      var moved: Seq[Byte] = Nil
      var waits, touches, both = 0
      for (clock <- rows.indices) {
        // A store and another access of the same bytes are in no row.
        val of = model.places()
        val first = model.request(of)
        val all = first +: Seq.fill(config.memoryPorts - 1)(
          Iterator.continually(model.request(of)).find(r => !(r.isNear(first) && (r.isStore || first.isStore))).get)
        rows(clock) = (of, all)
        dut.io.packet #= of.packet
        dut.io.length #= of.length
        dut.io.metadata #= of.metadata
        dut.io.stack #= of.stack
        for ((r, p) <- all.zipWithIndex) {
          dut.io.slots(p) #= unsigned(RowCodec.encode(new Row(java.util.List.of(r.slot)), 1)(0))
          dut.io.bases(p) #= unsigned(r.base)
          dut.io.values(p) #= unsigned(r.value)
        }

        // A half moves, by one port in and by the other one out.
        val half = clock & 1
        dut.io.half #= half == 1
        val moving = model.memory(if (config.single) 0 else 1 - half)
        val mayMove = !config.single || half == 1
        val in = if (clock < begin) clock / 2 else random.nextInt(config.lines)
        val out = Iterator.continually(random.nextInt(config.lines)).find(_ != in).get
        val line = new Array[Byte](config.line)
        random.nextBytes(line)
        val taken = line.map(_ => clock < begin || mayMove && random.nextInt(4) == 0)
        def of8(bank: Int): Seq[Int] = (0 until width).map(8 * _ + bank)
        for (bank <- 0 until 8) {
          val port = dut.io.moves(0)(bank)
          port.line #= in
          port.data #= of8(bank).zipWithIndex.map { case (n, i) => BigInt(line(n) & 0xff) << 8 * i }.sum
          port.mask #= of8(bank).zipWithIndex.map { case (n, i) => if (taken(n)) 1 << i else 0 }.sum
          dut.io.moves(1)(bank).line #= out
        }

        // A row is in its memory stage, and one in its align stage.
        dut.io.stores #= 0
        val inMemory = clock - toMemory
        if (inMemory >= begin && (half == 0 || !config.single)) {
          val (of, all) = rows(inMemory)
          dut.io.arrived #= of.arrived
          dut.io.received #= of.length
          sleep(1)
          def what(r: LocalRequest) = s"$r, $of, clock $clock, seed $seed"
          val executes = for ((r, p) <- all.zipWithIndex) yield {
            assertEquals(model.waits(of, r), (dut.io.waits.toInt >> p & 1) == 1, s"waits: ${what(r)}")
            !model.waits(of, r)
          }
          wanted(inMemory) = all.map(r => Option.when(!r.isStore)(model.loaded(of, half, r)))
          val stores = all.map(_.isStore && executes.forall(identity))
          dut.io.stores #= stores.zipWithIndex.map { case (s, p) => if (s) 1 << p else 0 }.sum
          sleep(1)
          for ((r, p) <- all.zipWithIndex) {
            val lines = if (stores(p)) model.lines(of, r) else Set[Int]()
            assertEquals(lines.map(BigInt(1) << _).sum, dut.io.touched(p).toBigInt, s"lines: ${what(r)}")
            if (p == 0 && lines.nonEmpty) assertEquals((lines.min, lines.size == 1), (dut.io.lowest.toInt, dut.io.isOnly.toBoolean), what(r))
            if (stores(p)) model.store(of, half, r)
            touches += lines.size
          }
          waits += executes.count(!_)
          both += (if (stores.forall(identity)) 1 else 0)
        }
        sleep(1)
        val inAlign = inMemory - 1
        if (inAlign >= begin && wanted(inAlign) != null)
          for ((want, p) <- wanted(inAlign).zipWithIndex; value <- want)
            assertEquals(value.toHexString, dut.io.loaded(p).toBigInt.toLong.toHexString,
              s"${rows(inAlign)._2(p)}, ${rows(inAlign)._1}, clock $clock, seed $seed")
        if (moved.nonEmpty)
          assertEquals(moved, (0 until config.line).map(n => (dut.io.moved(n % 8).toBigInt >> 8 * (n / 8)).toByte), s"line, clock $clock")
        moved = if (clock >= begin && mayMove) moving.slice(config.line * out, config.line * (out + 1)).toSeq else Nil
        for (n <- line.indices if taken(n)) moving(config.line * in + n) = line(n)
        dut.clockDomain.waitSampling()
      }
      assertTrue(waits > 300 && touches > 1000 && both > 500, s"$waits waited, $touches lines touched, $both rows stored")
    }
}
