package org.weft.hw.shell

import java.util.Random

import scala.collection.mutable

/** Packets of all fates for [[TestProgram]] in a shell of several ports, and what has to become of them.
  *
  * @param ports of the shell
  */
class Verdicts(random: Random, ports: Int) {

  /** Packets by port: those that come in, that the host sends, that leave, that the host gets. */
  val in, fromHost, out, toHost: Seq[mutable.Buffer[Seq[Byte]]] = Seq.fill(ports)(mutable.Buffer[Seq[Byte]]())

  private def packet(kind: Int): Seq[Byte] = {
    val bytes = new Array[Byte](FlatBench.length(random))
    random.nextBytes(bytes)
    bytes(0) = kind.toByte
    bytes.toSeq
  }

  /** A packet comes in on a port. */
  def arrive(port: Int): Seq[Byte] = {
    val kind = 1 + random.nextInt(6)
    val bytes = packet(kind)
    in(port) += bytes
    kind match {
      case TestProgram.Pass | TestProgram.Metadata => toHost(port) += bytes
      case TestProgram.Tx                          => out(port) += bytes
      case TestProgram.RedirectTo2 if ports > 1    => out(1) += bytes
      case TestProgram.RedirectTo3                 => out(0) += bytes // The machine has two ports.
      case _                                       =>
    }
    bytes
  }

  /** The host sends a packet. */
  def send(port: Int): Seq[Byte] = {
    val bytes = packet(random.nextInt())
    fromHost(port) += bytes
    out(port) += bytes
    bytes
  }

  /** Packets without order: those of several sources may leave in any. */
  def unordered(packets: Iterable[Seq[Byte]]): Map[Seq[Byte], Int] = packets.groupBy(identity).map(p => p._1 -> p._2.size)
}
