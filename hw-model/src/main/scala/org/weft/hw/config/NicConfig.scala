package org.weft.hw.config

import org.weft.isa.InputException
import org.weft.isa.machine.MachineSpec
import org.weft.isa.xdp.HelperFunction
import spinal.core._

/** What the hardware is made from: a machine, and sizes that follow from it.
  *
  * @param machine what compiler and simulators know, too
  * @param trace whether outputs for simulation are made, which no part of the hardware reads
  * @param blockRegisters whether registers are in block memory, for FPGAs whose tables are no memory;
  *   a read then takes a stage, so that 6 are needed
  * @param single whether cores take one packet after the other, in one context of half 0, for FPGAs that
  *   have no room for more; nothing is to be given to half 1, whose hardware nothing reads then; nothing comes
  *   late: map values lie in the half's memory, behind stacks, and there are no calls and no division
  * @param rows what row memory holds at first: a word for each lane of each row
  * @param marks what is known of each of these rows (P7)
  * @param entry the row that this program begins with
  * @param connectors how many of the ports, the first, lead to somewhere: an interface that would be another
  *   one has no port
  * @param ultraRam whether the FPGA has UltraRAM, which large memories without initial contents are then in: map values, and
  *   directories and keys of tables
  * @param memoryKbytes how much memory lies behind the memory port, a power of two; 0: there is no such port
  * @param memoryEntries entries of tables whose keys lie there, a multiple of 32: what the NIC knows of each it holds itself; 0: there
  *   are no such tables
  * @param hostMemory whether there is a port to host memory; without one no ring of events can be set up
  * @param arrays what map memory holds at first, of cores of one packet
  */
case class NicConfig(
    machine: MachineSpec,
    trace: Boolean = false,
    blockRegisters: Boolean = false,
    single: Boolean = false,
    rows: Seq[Seq[Long]] = Nil,
    marks: Seq[Int] = Nil,
    entry: Int = 0,
    connectors: Int = Int.MaxValue,
    ultraRam: Boolean = false,
    memoryKbytes: Int = 0,
    memoryEntries: Int = 0,
    hostMemory: Boolean = true,
    arrays: Arrays = Arrays()
) {
  NicConfig.check(machine)
  NicConfig.require(!single || machine.dividers == 0, "dividers 1: a core of one context waits for nothing")
  NicConfig.require(!single || machine.memoryPorts == 1, "memory_ports 2: a core of one context has one")
  NicConfig.require(!single || machine.mapKbytes < 32, "map_kbytes: a core of one context has less than 32 KiB")

  val lanes: Int = machine.lanes
  val cores: Int = machine.cores
  val ports: Int = machine.ports

  /** Accesses of packet and stack that a row can have: one for each of its slots at most. */
  val memoryPorts: Int = machine.memoryPorts min lanes
  val bus: Int = machine.busBytes

  /** Contexts of a half, as many as its memories have places for. */
  val halfContexts: Int = if (single) 2 else (machine.threads + 1) / 2
  val contextWidth: Int = log2Up(halfContexts) max 1

  /** Contexts that a half has: half 1 has one less where their number is odd. */
  def contextsOf(half: Int): Int = if (single) 1 else (machine.threads + 1 - half) / 2

  /** A row's number in its program, and in row memory, where it stands behind its bank's. */
  val rowWidth: Int = log2Up(machine.rows)
  val placeWidth: Int = rowWidth + machine.banks - 1
  val places: Int = machine.rows + (machine.banks - 1 << rowWidth)

  def place(bank: Bool, row: UInt): UInt = if (machine.banks == 2) bank.asUInt @@ row else row

  /** Registers of a lane's bank, for each context. */
  val laneRegisters: Int = (machine.registers + lanes - 1) / lanes
  val registerWidth: Int = log2Up(laneRegisters) max 1

  /** Bytes of a line of core memory: what moves in a clock. */
  val line: Int = 8 * machine.bankBytes
  val lineShift: Int = log2Up(line)

  /** Bytes of a word of the queues between cores and ports. */
  val word: Int = bus max line
  val beatsPerWord: Int = word / bus
  val linesPerWord: Int = word / line

  val buffers: Int = if (single) 1 else (machine.buffers / 2) max 1
  val bufferWidth: Int = log2Up(buffers) max 1
  val headroomLines: Int = (machine.headroomBytes + line - 1) / line
  val bufferLines: Int = headroomLines + (machine.frameBytes + line - 1) / line
  val stackLines: Int = (machine.stackBytes + line - 1) / line
  val firstStackLine: Int = buffers * bufferLines
  private val stackEnd = firstStackLine + halfContexts * stackLines

  /** Map values in a half's memory: where they begin, in bytes, and how many there are. */
  val mapBytes: Int = if (single) machine.mapKbytes * 1024 else 0
  val firstMapByte: Int = stackEnd * line
  val lines: Int = stackEnd + mapBytes / line
  val lineWidth: Int = log2Up(lines)

  /** The first line of a context's stack. */
  def stackLine(context: UInt): UInt =
    (U(firstStackLine, lineWidth bits) + (context * stackLines).resize(lineWidth))

  /** An address in a half's memory, in bytes. */
  val addressWidth: Int = lineWidth + lineShift

  /** Bytes of a packet. */
  val lengthWidth: Int = log2Up(machine.frameBytes + NicConfig.Headroom + 1)

  /** Bytes that a packet can grow to the front. */
  val headroom: Int = machine.headroomBytes min NicConfig.Headroom

  private def has(helpers: HelperFunction*): Boolean =
    !single && helpers.exists(h => machine.helpers.contains(h))

  /** Whether programs can change where a packet begins and ends, where it is sent, what runs next. */
  val adjusts: Boolean = has(HelperFunction.XDP_ADJUST_HEAD, HelperFunction.XDP_ADJUST_META,
    HelperFunction.XDP_ADJUST_TAIL)
  val redirects: Boolean = has(HelperFunction.REDIRECT, HelperFunction.REDIRECT_MAP)

  /** Whether they ask for keys of tables, and change them. */
  val tables: Boolean = has(HelperFunction.MAP_LOOKUP_ELEM, HelperFunction.MAP_UPDATE_ELEM,
    HelperFunction.MAP_DELETE_ELEM)
  val sums: Boolean = has(HelperFunction.CSUM_DIFF)

  /** Whether they take and give back spin locks. */
  val locks: Boolean = has(HelperFunction.SPIN_LOCK)

  /** Whether they write records to ring buffers. */
  val rings: Boolean = has(HelperFunction.RINGBUF_RESERVE, HelperFunction.RINGBUF_SUBMIT,
    HelperFunction.RINGBUF_DISCARD, HelperFunction.RINGBUF_QUERY)

  /** Whether they copy bytes from the packet to the stack, and back. */
  val copies: Boolean = has(HelperFunction.XDP_LOAD_BYTES, HelperFunction.XDP_STORE_BYTES)

  /** Whether they ask for random numbers. */
  val random: Boolean = has(HelperFunction.GET_PRANDOM_U32)

  /** Whether they give events to the host. */
  val events: Boolean = has(HelperFunction.PERF_EVENT_OUTPUT)
  val eventPort: Boolean = events && hostMemory

  /** Whether calls read memory that can be as long as a packet, or nothing; or any. */
  val readsAny: Boolean = sums || copies || events
  val reads: Boolean = tables || readsAny

  /** Bits of the number of bytes that they read. */
  val readWidth: Int = log2Up(8 * NicConfig.ValueWords + 1) max (if (readsAny) lengthWidth else 0)
  val calls: Boolean = adjusts || redirects || reads || locks || random || rings || has(HelperFunction.TAIL_CALL)

  /** Whether a value of a map can be exchanged if it is what a third register holds, or if it is a lock that is free. */
  val compares: Boolean = !single && machine.atomics > 0 || locks

  /** How often a row is issued at most: two registers of a slot are read each time. */
  val issues: Int = NicConfig.Helpers.filter(has(_)).map(NicConfig.registers(_) + 1 >> 1)
    .foldLeft(if (compares) 2 else 1)(_ max _)

  val coreQueueWords: Int = machine.coreQueueBytes() / word
  val portQueueBeats: Int = machine.portQueueBytes() / bus
  val portWidth: Int = log2Up(ports) max 1
  val halfWidth: Int = log2Up(2 * cores)
  val cpuWidth: Int = log2Up(machine.cpus) max 1

  /** Packets that may have left a half's buffers and still be in the core. */
  val outgoingPackets: Int = NicConfig.OutgoingPackets

  /** Packets between the dispatcher and reordering. */
  val orderedPackets: Int = 2 * cores * (coreQueueWords + buffers + outgoingPackets)

  /** Logical CPUs of a core: those whose number is its own, modulo the cores. */
  val coreCpus: Int = (machine.cpus + cores - 1) / cores
  val coreCpuWidth: Int = log2Up(coreCpus) max 1

  /** Bits of a CPU's number in a core that choose among places of maps. */
  val placesCpuWidth: Int = log2Up(coreCpus)

  /** Whether maps can lie behind the memory port; bits that number a word there. */
  val outside: Boolean = memoryKbytes > 0
  NicConfig.require(!outside || !single, "memory port: a core of one context has none")
  NicConfig.require(!outside || Integer.bitCount(memoryKbytes) == 1 && memoryKbytes >= 4 && memoryKbytes <= (1 << 24),
    s"$memoryKbytes KiB behind the memory port: it must be a power of two of 4 to 16777216")
  val outsideWordWidth: Int = if (outside) log2Up(memoryKbytes * 128L) else 0

  /** Whether tables can lie there; bits that number a beat of 64 bytes. */
  val outsideTables: Boolean = tables && memoryEntries > 0
  NicConfig.require(memoryEntries == 0 || outside, "entries behind the memory port, where there is no such port")
  NicConfig.require(memoryEntries >= 0 && memoryEntries % 32 == 0 && memoryEntries <= (1 << 22),
    s"$memoryEntries entries behind the memory port: it must be a multiple of 32 to 4194304")
  val outsideBeatWidth: Int = outsideWordWidth - 3

  /** Bits of a word's number, in map memory or behind the memory port: where there is one, the highest says that it is there. */
  val mapWordWidth: Int = {
    val near = log2Up(machine.mapKbytes * 128)
    if (outside) (near max outsideWordWidth) + 1 else near
  }

  /** Places in a bank of map memory. */
  val bankRows: Int = (machine.mapKbytes * 128 + machine.mapBanks - 1) / machine.mapBanks
  val bankRowWidth: Int = log2Up(bankRows) max 1
  val bankWidth: Int = log2Up(machine.mapBanks) max 1

  /** Tables of an engine: rows of its even buckets, and of its odd ones; bits of a bucket's number in a map; of
    * an entry's, and of a beat of keys; of the engines that cores have.
    */
  val tableRows: Int = machine.tableSlots / 16
  val nearRowWidth: Int = log2Up(tableRows) max 1

  /** The same, where there are tables behind the memory port, of the largest of all. */
  val tableRowWidth: Int = nearRowWidth max (if (outsideTables) log2Up(memoryEntries) - 2 else 0)
  val bucketWidth: Int = tableRowWidth + 1

  /** What is kept for each beat of keys has so many places: all that addresses reach; and then one for each entry behind the memory port. */
  val nearBeatWidth: Int = log2Up(machine.tableSlots) max 6
  val tableBeats: Int = (1 << nearBeatWidth) + (if (outsideTables) memoryEntries else 0)
  val entryWidth: Int = if (outsideTables) log2Up(tableBeats) else nearBeatWidth
  val nearEntryRows: Int = (machine.tableSlots / 32) max 1
  val entryRows: Int = if (outsideTables) tableBeats / 32 else nearEntryRows
  val entryRowWidth: Int = log2Up(entryRows) max 1
  val tableEngines: Int = machine.tableEngines min cores

  /** Bits of the number of values of an entry. */
  val copiesWidth: Int = log2Up(machine.cpus + 1)

  /** Bits of the number of a map that is a table. */
  val tableMapWidth: Int = 6

  /** Bits of the number of a row of prefix lengths: of a map, 32 of them. */
  val lengthsRowWidth: Int = tableMapWidth + log2Up(NicConfig.LengthWords)

  val stages: Stages = Stages(if (single) NicConfig.SingleDepth else machine.depth)

  /** Stages that reading a register takes. */
  val readStages: Int = if (blockRegisters) 1 else 0
  NicConfig.require(stages.execute >= stages.second + readStages,
    s"depth ${machine.depth}: 6 stages at least with registers in block memory")
}

object NicConfig {

  /** Helpers for which there is a unit. */
  val Helpers: Seq[HelperFunction] = Seq(HelperFunction.MAP_LOOKUP_ELEM, HelperFunction.MAP_UPDATE_ELEM,
    HelperFunction.MAP_DELETE_ELEM, HelperFunction.REDIRECT, HelperFunction.REDIRECT_MAP,
    HelperFunction.XDP_ADJUST_HEAD, HelperFunction.XDP_ADJUST_META, HelperFunction.XDP_ADJUST_TAIL,
    HelperFunction.CSUM_DIFF, HelperFunction.SPIN_LOCK, HelperFunction.SPIN_UNLOCK,
    HelperFunction.XDP_LOAD_BYTES, HelperFunction.XDP_STORE_BYTES, HelperFunction.RINGBUF_RESERVE,
    HelperFunction.RINGBUF_SUBMIT, HelperFunction.RINGBUF_DISCARD, HelperFunction.RINGBUF_QUERY,
    HelperFunction.GET_PRANDOM_U32, HelperFunction.PERF_EVENT_OUTPUT)

  /** Arguments of a helper that are in registers, unless they are constants. */
  def registers(helper: HelperFunction): Int =
    helper.args().stream().filter(_ != HelperFunction.Arg.CONTEXT).count().toInt
  val OutgoingPackets = 64

  /** Stages of a core with one context: enough for registers in block memory, both operands through one
    * port. How many they are shows in nothing but clocks.
    */
  private val SingleDepth = 7

  /** Bytes before a packet that programs can use, as in Linux. */
  val Headroom = 216

  /** The shortest that a packet can be made. */
  val LeastBytes = 14

  /** Bits of a map's handle that are looked at; the rest has to be zero. */
  val HandleWidth = 8

  /** Bits of the number of a map that is a ring buffer. */
  val RingWidth = 6

  /** Requests for map values of a core that keep its rows from posting more. */
  val Posted = 32

  /** Bits of the number of beats of a key in an engine; the most of them. */
  val KeyBeatWidth = 4
  val KeyBeats = 8

  /** Bits of the number of bytes of a trie's key, of its words, of a prefix length; lengths of a trie, in words of 32. */
  val PrefixKeyWidth = 6
  val PrefixWordWidth = 3
  val PrefixWidth = 8
  val LengthWords = 8
  val PrefixBeats = 4

  /** Words of the longest value that a program can put into a table. */
  val ValueWords = 64

  /** Beats of 16 bytes of a key that lies behind the memory port. */
  val OutsideKeyBeats = 4

  private def check(machine: MachineSpec): Unit = {
    require(machine.depth >= 4, s"depth ${machine.depth}: rows take 4 stages at least")
    require(machine.memoryPorts <= 2,
      s"memory_ports ${machine.memoryPorts}: a half of core memory has two ports")
    require(machine.coreQueueBytes() >= 2 * machine.busBytes,
      s"bus_bytes ${machine.busBytes}: wider than half of a core's queue")
  }

  private[config] def require(condition: Boolean, cause: String): Unit =
    if (!condition) throw new InputException(s"machine: $cause: no hardware can be made for it")
}
