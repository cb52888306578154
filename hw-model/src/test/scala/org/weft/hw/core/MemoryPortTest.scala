package org.weft.hw.core

import java.nio.file.Path
import java.util.Random

import org.junit.jupiter.api.Assertions.{assertEquals, assertTrue}
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.weft.hw.config.{Arrays, NicConfig}
import org.weft.isa.machine.MachineSpec
import org.weft.isa.row.{Operand, Region, Row, RowCodec, Slot}
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

  /** Of a row: where its packet and stack are, and where the bytes end that have arrived, from the packet's first one on. */
  private case class Places(packet: Int, length: Int, metadata: Int, stack: Int, arrived: Int)

  /** A slot, its operands, and the address that they say, in its region or the map of this handle. */
  private case class Request(slot: Slot, base: Long, value: Long, region: Region, handle: Int, address: Long, bytes: Int) {
    val isStore: Boolean = slot.isInstanceOf[Slot.Store]
    def isNear(other: Request): Boolean = region == other.region && (address - other.address).abs < 8
  }

  private class Judge(config: NicConfig, maps: Map[Int, (Int, Int)], random: Random) {
    private val stackBytes = config.machine.stackBytes

    /** By half: what is in its memory. */
    val memory: Seq[Array[Byte]] = Seq.fill(2)(new Array[Byte](config.lines * config.line))

    private def among[T](values: T*): T = values(random.nextInt(values.size))

    def places(): Places = {
      val metadata = among(0, 0, 4, 32, config.headroom / 4 * 4)
      val length = among(14, 60 + random.nextInt(8), 15 + random.nextInt(config.machine.frameBytes - 14))
      val packet = metadata + random.nextInt(config.firstStackLine * config.line - length - metadata + 1)
      val stack = config.firstStackLine * config.line + random.nextInt(config.halfContexts) * config.stackLines * config.line
      Places(packet, length, metadata, stack, arrived = random.nextInt(length + 40) - 40)
    }

    def request(of: Places): Request = {
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
      val mixed = if (region == Region.MAP) 0 else random.nextInt() & 0xffff0000L
      val base = high | (address - offset & 0xffffffffL ^ mixed)
      // Who names the map in the slot may have anything there.
      val named = if (region == Region.MAP && random.nextBoolean()) handle else 0
      val from = if (named > 0) base & 0xffffffffL | random.nextLong() & ~0xffffffffL else base
      val swapped = random.nextBoolean()
      random.nextInt(4) match {
        case 0 => // Its value is the operand, as of any other store.
          Request(new Slot.Store(region, 0, 1, offset, bytes, swapped, Operand.constant(7)), base, value, region, handle, address, bytes)
        case 1 => Request(new Slot.Store(region, named, 1, offset, bytes, swapped, Operand.register(2)), from, value, region, handle, address, bytes)
        case _ => Request(new Slot.Load(3, region, named, 1, offset, bytes, random.nextBoolean(), swapped), from, value, region, handle, address, bytes)
      }
    }

    /** Where in the half each byte of the access is; nowhere if it is outside. */
    private def bytes(of: Places, r: Request): Seq[Option[Int]] = {
      val (low, high, start) = r.region match {
        case Region.PACKET => (-of.metadata, of.length, of.packet)
        case Region.STACK  => (0, stackBytes, of.stack)
        case _ =>
          val (base, words) = maps.getOrElse(r.handle, (0, 0))
          (0, 8 * words, config.firstMapByte + 8 * base)
      }
      (0 until r.bytes).map(r.address + _).map(a => Option.when(low <= a && a < high)(start + a.toInt))
    }

    def loaded(of: Places, half: Int, r: Request): Long = {
      val load = r.slot.asInstanceOf[Slot.Load]
      val found = bytes(of, r).map(_.map(memory(half)(_)).getOrElse(0.toByte))
      val highestFirst = (if (load.swapped) found else found.reverse).toArray
      (if (load.signed) BigInt(highestFirst) else BigInt(1, highestFirst)).toLong
    }

    def store(of: Places, half: Int, r: Request): Unit = {
      val value = (0 until r.bytes).map(i => (r.value >> 8 * i).toByte)
      val inOrder = if (r.slot.asInstanceOf[Slot.Store].swapped) value.reverse else value
      for ((Some(at), byte) <- bytes(of, r) zip inOrder) memory(half)(at) = byte
    }

    def waits(of: Places, r: Request): Boolean = r.region == Region.PACKET &&
      -of.metadata <= r.address && r.address < of.length &&
      (r.address until r.address + r.bytes).exists(a => of.arrived <= a && a < of.length)

    def lines(of: Places, r: Request): Set[Int] =
      if (r.region == Region.STACK && r.isStore) bytes(of, r).flatten.map(at => (at - of.stack) / config.line).toSet else Set()
  }

  private def unsigned(value: Long): BigInt = BigInt(value) & ((BigInt(1) << 64) - 1)

  private def run(directory: Path, config: NicConfig, places: Seq[(Int, Int)]): Unit =
    SimConfig.withVerilator.workspacePath(directory.toString).compile(LocalMemory(config)).doSim(seed) { dut =>
      val random = new Random(seed)
      val told = (20, 9)
      val judge = new Judge(config, places.zipWithIndex.map { case (place, i) => i + 1 -> place }.toMap + (4 -> told), random)
      val toMemory = 1 + config.stages.memory - config.stages.execute
      val width = config.machine.bankBytes
      if (places.nonEmpty)
        config.arrays.values.copyToArray(judge.memory.head, config.firstMapByte)
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
      val rows = new Array[(Places, Seq[Request])](begin + 20000)
      val wanted = new Array[Seq[Option[Long]]](rows.length)
      var moved: Seq[Byte] = Nil
      var waits, touches, both = 0
      for (clock <- rows.indices) {
        // A store and another access of the same bytes are in no row.
        val of = judge.places()
        val first = judge.request(of)
        val all = first +: Seq.fill(config.memoryPorts - 1)(
          Iterator.continually(judge.request(of)).find(r => !(r.isNear(first) && (r.isStore || first.isStore))).get)
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
        val moving = judge.memory(if (config.single) 0 else 1 - half)
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
          def what(r: Request) = s"$r, $of, clock $clock, seed $seed"
          val executes = for ((r, p) <- all.zipWithIndex) yield {
            assertEquals(judge.waits(of, r), (dut.io.waits.toInt >> p & 1) == 1, s"waits: ${what(r)}")
            !judge.waits(of, r)
          }
          wanted(inMemory) = all.map(r => Option.when(!r.isStore)(judge.loaded(of, half, r)))
          val stores = all.map(_.isStore && executes.forall(identity))
          dut.io.stores #= stores.zipWithIndex.map { case (s, p) => if (s) 1 << p else 0 }.sum
          sleep(1)
          for ((r, p) <- all.zipWithIndex) {
            val lines = if (stores(p)) judge.lines(of, r) else Set[Int]()
            assertEquals(lines.map(BigInt(1) << _).sum, dut.io.touched(p).toBigInt, s"lines: ${what(r)}")
            if (p == 0 && lines.nonEmpty) assertEquals((lines.min, lines.size == 1), (dut.io.lowest.toInt, dut.io.isOnly.toBoolean), what(r))
            if (stores(p)) judge.store(of, half, r)
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
