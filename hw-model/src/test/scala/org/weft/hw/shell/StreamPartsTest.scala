package org.weft.hw.shell

import java.nio.file.Path
import java.util.Random

import org.junit.jupiter.api.Assertions.{assertEquals, assertTrue}
import org.junit.jupiter.api.{Tag, Test}
import org.junit.jupiter.api.io.TempDir
import spinal.core._
import spinal.core.sim._
import spinal.lib._

/** A stream whose beats have a length, a number and a count of metadata beside them. */
private case class NumberedStreams(bytes: Int, count: Int = 1) extends FlatStreams(count, bytes) {
  val length, number = Bits(16 * count bits)
  val metadata = Bits(8 * count bits)

  override def users: Seq[Bits] = Seq(length, number, metadata)

  def stream(i: Int): Stream[ShellBeat[Sent]] = taken(i, HardType(Sent())) { sent =>
    sent.length := part(length, i).asUInt
    sent.verdict := part(number, i)(7 downto 0).asUInt
    sent.ingress := part(number, i)(15 downto 8).asUInt
    sent.metadata := part(metadata, i).asUInt
  }

  def give(i: Int, from: Stream[ShellBeat[Sent]]): Unit = {
    offer(i, from)
    part(length, i) := from.about.length.asBits
    part(number, i) := from.about.ingress ## from.about.verdict
    part(metadata, i) := from.about.metadata.asBits
  }
}

/** What is made of one or two streams. */
private case class Bench(from: Int, to: Int, inputs: Int = 1)(part: Seq[Stream[ShellBeat[Sent]]] => Stream[ShellBeat[Sent]])
    extends Component {
  val in = slave(NumberedStreams(from, inputs))
  val out = master(NumberedStreams(to))
  out.give(0, part((0 until inputs).map(in.stream)))
}

class StreamPartsTest {
  private val seed = 3L

  /** Packets in, and what they have to be then. */
  private def check(directory: Path, bench: => Bench, packets: Int, lengths: Random => Int = FlatBench.length,
      metadata: Random => Int = _ => 0)(want: TestPacket => TestPacket): Unit =
    SimConfig.withVerilator.workspacePath(directory.toString).compile(bench).doSim(seed.toInt) { dut =>
      // Rounds with and without stalls.
      dut.clockDomain.forkStimulus(2)
      for (busy <- Seq(3, 1000)) {
        val random = new Random(seed)
        val inputs = dut.inputs
        val sender = new Sender(dut.in, dut.in.users, inputs, random, busy)()
        val receiver = new Receiver(dut.out, dut.out.users, 1, random, busy)
        val sent = for (n <- 0 until packets) yield {
          val bytes = new Array[Byte](lengths(random))
          random.nextBytes(bytes)
          val packet = TestPacket(bytes.toSeq, Seq[BigInt](bytes.length, n, metadata(random)))
          sender.send(n % inputs, packet)
          packet
        }
        var clocks = 0
        while (receiver.packets.head.size < packets) {
          dut.clockDomain.waitSampling()
          sender.clock()
          receiver.clock()
          clocks += 1
          assertTrue(clocks < 100000, s"seed $seed: packets stand still")
        }
        val got = receiver.packets.head.toSeq
        for (i <- 0 until inputs) {
          assertEquals(sent.filter(_.users(1) % inputs == i).map(want), got.filter(_.users(1) % inputs == i), s"seed $seed")
        }
      }
    }

  private def width(directory: Path, from: Int, to: Int): Unit =
    check(directory, Bench(from, to)(in => Width.of(in.head, to)), 60)(p => p)

  @Test
  def widensAndCutsPackets(@TempDir directory: Path): Unit =
    for ((from, to) <- Seq(8 -> 32, 64 -> 16)) width(directory, from, to)

  @Tag("campaign")
  @Test
  def widensAndCutsPacketsOfOtherWidths(@TempDir directory: Path): Unit =
    for ((from, to) <- Seq(1 -> 64, 64 -> 32, 64 -> 1, 64 -> 64)) width(directory, from, to)

  private def strip(directory: Path, bytes: Int): Unit =
    check(directory, Bench(bytes, bytes) { in =>
      val part = StripMetadata(bytes)
      part.io.in << in.head
      part.io.out.m2sPipe() // Behind it bytes that are not kept stay, too.
    }, 100, random => 120 + FlatBench.length(random) % 150, random => 4 * (if (random.nextBoolean()) 0 else random.nextInt(26))) {
      packet =>
        val metadata = packet.users(2).toInt
        TestPacket(packet.bytes.drop(metadata), Seq[BigInt](packet.bytes.size - metadata, packet.users(1), 0))
    }

  @Test
  def takesMetadataOff(@TempDir directory: Path): Unit = strip(directory, 8)

  @Tag("campaign")
  @Test
  def takesMetadataOffOtherWidths(@TempDir directory: Path): Unit = for (bytes <- Seq(1, 64)) strip(directory, bytes)

  @Test
  def padsShortPackets(@TempDir directory: Path): Unit =
    check(directory, Bench(64, 64)(in => PadShort(in.head)), 200, _.nextInt(130) + 14) { packet =>
      val bytes = packet.bytes.padTo(PadShort.Least, 0.toByte)
      TestPacket(bytes, Seq[BigInt](bytes.size, packet.users(1), 0))
    }

  @Test
  def mergesPacketByPacket(@TempDir directory: Path): Unit =
    check(directory, Bench(16, 16, inputs = 2) { in =>
      val merge = Merge(16, HardType(Sent()))
      merge.io.in(0) << in.head
      merge.io.in(1) << in(1)
      merge.io.out
    }, 200)(p => p)
}
