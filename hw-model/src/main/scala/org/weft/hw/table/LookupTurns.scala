package org.weft.hw.table

import org.weft.hw.config.{Choice, NicConfig}
import spinal.core._
import spinal.lib._

/** Which lookup an engine takes next: of cores in turn, and as if from one more core behind the last one the searches of
  * lookups in tries.
  *
  * @param sources numbers of the cores
  * @param isTrie whether what each asks for is a lookup in a trie
  * @param may whether the engine can take one in this clock
  */
class LookupTurns(config: NicConfig, sources: Seq[Int], requests: Seq[TableRequest], isTrie: Seq[Bool],
    probes: TrieProbes, may: Bool) extends Area {
  private val many = sources.size
  private val probe = probes.io.probe
  private val wants = probe.valid ## Vec(requests.zip(isTrie).map { case (r, is) => r.valid && !is }).asBits

  /** Whether one is taken, and which. */
  val takes: Bool = may && wants.orR
  private val one = RoundRobin(wants, takes, RoundRobin.behindFirst(sources) + (BigInt(1) << many))
  private val isProbe = one(many)
  val source: UInt = Mux(isProbe, probe.source, OHToUInt(one(many - 1 downto 0)).resize(log2Up(many) max 1))
  val call: TableCall = Mux(isProbe, probe.call, Choice(requests.map(_.call), source))

  /** Of a trie: which of a lookup's searches it is. */
  val of: ProbeOf = ProbeOf()
  of := probe.of
  of.isProbe.removeAssignments() := isProbe

  probe.takes := takes && isProbe
  for ((request, i) <- requests.zipWithIndex) {
    val asked = probes.io.requests(i)
    asked.valid := request.valid && isTrie(i)
    asked.call := request.call
    asked.key := request.key
    asked.word := request.word
    request.takes := takes && one(i) || asked.takes
    request.nextWord := False
  }

  /** A beat of its key, from the clock on in which it is taken; above it, which of its bits count. */
  val key: Bits = {
    val from = Mux(takes, source, RegNextWhen(source, takes))
    val fromProbe = Mux(takes, isProbe, RegNextWhen(isProbe, takes))
    val all = B(128 bits, default -> True)
    Mux(fromProbe, probe.mask ## probe.key, all ## Choice(requests.map(_.key), from))
  }
}
