package org.weft.hw.core

import org.weft.hw.config.{Bitwise, Choice, NicConfig}
import org.weft.hw.map.DescriptorWrite
import org.weft.hw.packet.{Incoming, Shape}
import org.weft.hw.row._
import spinal.core._
import spinal.lib._

/** A row's accesses of packet and stack, and in a core of one context of map values: which lane has which port of its
  * half's memory.
  *
  * @param lives whether what each lane does counts
  * @param bounds where what they access lies, in the execute stage; where map values do, is found here
  * @param descriptor what is told of maps
  */
class LocalAccesses(config: NicConfig, flight: Flight, slots: Seq[Lane], lives: Seq[Bool], bounds: Bounds,
    descriptor: Flow[DescriptorWrite]) extends Area {
  import config.{lanes, stages}
  private val toMemory = stages.memory - stages.execute

  if (config.mapBytes > 0) {
    val early = stages.execute - 1
    val words = slots.map(_.fullAt(early))
    val (_, user) = Users.one(words.map(w => SlotDecoder(w)).map(c => c.load || c.store))
    val places = LocalMaps(config)
    places.io.slot := Choice(words, user)
    places.io.base := Choice(slots.map(_.operandAt(early)), user)
    places.io.descriptor << descriptor
    bounds.map := places.io.address
    bounds.mapEnd := places.io.end
  }

  /** The lanes of a row's accesses: that of the first one at the first port, of the last one at the second one; of a
    * lone one at the port for its half of the lanes. So the ports' lanes differ.
    */
  private def users(wants: Seq[Bool]): Seq[Seq[(Int, Bool)]] =
    if (config.memoryPorts == 1) Seq(wants.indices.map(i => (i, wants(i) && !wants.take(i).orR)))
    else {
      val middle = (lanes + 1) / 2
      def alone(i: Int) = !(wants.take(i) ++ wants.drop(i + 1)).orR
      def first(i: Int) = !wants.take(i).orR && (if (i < middle) True else !alone(i))
      def last(i: Int) = !wants.drop(i + 1).orR && (if (i >= middle) True else !alone(i))
      val all = wants.indices
      Seq(all.filter(i => i < middle || i < lanes - 1).map(i => (i, wants(i) && first(i))),
        all.filter(i => i >= middle || i > 0).map(i => (i, wants(i) && last(i))))
    }

  /** A port and the lanes that may have it, with whether each does in the execute stage. */
  private class Use(val lanes: Seq[(Int, Bool)]) {
    val port: MemoryPort = MemoryPort(config)
    val isUsed: Bool = Delay(lanes.map(_._2).orR, toMemory)
    val lives: Bool = Delay(lanes.map { case (lane, uses) => uses && LocalAccesses.this.lives(lane) }.orR, toMemory)
    private val atAlign = lanes.map { case (lane, uses) => (lane, Delay(uses, stages.align - stages.execute)) }.toMap
    private val user = OHToUInt(Vec(lanes.map(_._2)))
    private def of[T <: Data](value: Lane => T): T =
      Choice(lanes.map { case (lane, _) => value(slots(lane)) }, user)

    port.io.access := of(s => Access(config, s.full))
    port.io.base := of(_.operandA(MemoryPort.baseBits(config) - 1 downto 0).asUInt)
    port.io.offset := of(_.full(15 downto 0).asUInt)
    port.io.value := Bitwise.choice(lanes.map { case (lane, _) => slots(lane).operandB }, user)
    port.io.bounds := bounds

    def load(lane: Int): Option[Bool] = atAlign.get(lane)
  }
  private val uses = users(slots.map(_.accessesLocally)).map(new Use(_))

  /** Memory: whether an access waits for bytes of its packet, if that is coming in.
    *
    * @param incoming what is coming in
    * @param shift how far the packet's first byte has been moved
    */
  def waits(incoming: Incoming, shift: SInt): Bool = {
    val from = shift.resize(17)
    for (use <- uses) {
      use.port.io.arrived := (incoming.arrived.intoSInt.resize(17) - from).resize(16 bits)
      use.port.io.received := (incoming.length.intoSInt.resize(17) - from).resize(16 bits)
    }
    uses.map(use => use.isUsed && use.port.io.waits).orR
  }

  /** Memory: what the banks of the row's half get; what is read of both comes in the align stage.
    *
    * @param executes whether the row has its effect
    */
  def connect(banks: Seq[RowPort], read: Seq[Seq[Vec[Bits]]], executes: Bool): Unit =
    for ((bank, p) <- banks.zipWithIndex) {
      if (p < uses.size) {
        val use = uses(p)
        use.port.io.stores := executes && use.lives && Delay(use.port.io.access.store, toMemory)
        bank := use.port.io.banks
        for ((half, h) <- read.zipWithIndex) use.port.io.read(h) := half(p)
        use.port.io.readHalf := flight.halfAt(stages.align)
      } else {
        bank.clearAll()
      }
    }

  /** Memory: the lines of its context's stack that the row stores to. */
  def touches: Seq[Flow[StackLines]] = uses.map(_.port.io.touches)

  /** Align: what each port may have loaded for a lane, and whether it has. */
  def results(lane: Int): Seq[(Bits, Bool)] =
    uses.flatMap(use => use.load(lane).map(uses => (use.port.io.loaded, uses)))
}
