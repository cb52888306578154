package org.weft.hw.event

import org.weft.hw.config.{Choice, NicConfig}
import org.weft.hw.packet.SmallQueue
import org.weft.hw.table.RoundRobin
import spinal.core._
import spinal.lib._
import spinal.lib.bus.amba4.axi.{Axi4Config, Axi4WriteOnly}

/** Takes events of all cores, one after the other, and writes their records to the ring in host memory. See
  * docs/microarchitecture.md, [E1] to [E4].
  */
case class EventUnit(config: NicConfig) extends Component {
  private val queueBytes = config.machine.portQueueBytes()
  private val placeWidth = log2Up(queueBytes / EventUnit.Word)
  private val countWidth = placeWidth + 1

  val io = new Bundle {
    val cores = Vec(slave(EventChannel(config)), config.cores)

    val registers = slave(EventPort())
    val memory = master(Axi4WriteOnly(EventUnit.Bus))
  }

  // The ring: its place, and bytes that were taken, written, answered for, and read by the host.
  private val base = Reg(UInt(64 bits)) init 0
  private val ring, mask = Reg(UInt(32 bits)) init 0
  private val taken, written, answered, tail, lost = Reg(UInt(32 bits)) init 0

  // One event after the other is decided, of the core that is next in turn.
  private val asks = Vec(io.cores.map(_.asks)).asBits
  private val comes = Reg(Bool()) init False
  private val decides = asks.orR && !comes
  private val turn = RoundRobin(asks, decides, RoundRobin.behindFirst(0 until config.cores))
  private val who = OHToUInt(turn)
  private val event = Choice(io.cores.map(_.event), who)
  private def words(bytes: UInt): UInt = ((bytes +^ (EventUnit.Word - 1)) >> EventUnit.WordShift).resize(countWidth)
  private val size = words(event.bytes) + words(event.packetBytes) + EventUnit.HeaderWords
  private val bytes = size << EventUnit.WordShift
  private val isOpen = ring =/= 0
  private val fits = (taken - tail) +^ bytes.resize(32) <= ring && (taken - written) +^ bytes.resize(32) <= queueBytes
  private val accepts = decides && isOpen && fits
  private val takenNext = taken + Mux(accepts, bytes.resize(32), U(0))
  taken := takenNext
  when(decides && !accepts)(lost := lost + 1)
  for ((core, i) <- io.cores.zipWithIndex) {
    core.decides := decides && turn(i)
    core.accepts := accepts
    core.isFull := isOpen
  }
  private val done = io.cores.map(_.done).orR
  when(RegNext(done, init = False))(comes := False)
  when(accepts)(comes := True)

  // Its header, then its words.
  private val header = RegNextWhen(event, accepts) // Looked at behind an accepted event.
  private val headerSize = RegNextWhen(bytes, accepts)
  private val steps = Reg(UInt(2 bits)) init 0
  when(steps =/= 0)(steps := steps + 1)
  when(accepts)(steps := 1)
  private val queue = Mem(Bits(64 bits), 1 << placeWidth)
  private val end, first = Reg(UInt(placeWidth bits)) init 0
  private val arrives = io.cores.map(_.word.valid).orR
  private val word = Choice(io.cores.map(_.word.payload), RegNextWhen(who, accepts))
  private val pushes = steps =/= 0 || arrives
  queue.write(end, steps.mux(
    1 -> (header.cpu.resize(16) ## header.map.resize(16) ## headerSize.resize(32)),
    2 -> header.time.asBits,
    3 -> (header.packetBytes.resize(32) ## header.bytes.resize(32)),
    default -> word), pushes)
  when(pushes)(end := end + 1)
  private val sends, leaves = Bool()
  private val next = first + sends.asUInt
  first := next
  private val head = queue.readSync(next)
  private val records = Reg(UInt(countWidth bits)) init 0
  records := records + Delay(done, 2, init = False).asUInt - leaves.asUInt

  // Bursts of one record after the other.
  private val left = Reg(UInt(countWidth bits)) init 0
  private val burst = Reg(UInt(4 bits)) init 0
  private val offers = Reg(Bool()) init False
  private val place = Reg(UInt(64 bits)) // Without reset: written with each burst.
  private val length = Reg(UInt(4 bits)) // The same.
  private val bursts = SmallQueue(UInt(headerSize.getWidth bits), EventUnit.Bursts)
  private val toBorder = U(EventUnit.BurstWords) - written(5 downto 3)
  private val nextBurst = Mux(left < toBorder, left, toBorder.resized).resize(4)
  private val moves = burst =/= 0 || offers
  private val begins = !moves && left =/= 0 && bursts.io.size =/= EventUnit.Bursts
  when(!moves && left === 0 && records =/= 0)(left := (head(31 downto 0).asUInt >> EventUnit.WordShift).resized)
  when(begins) {
    burst := nextBurst
    length := nextBurst - 1
    place := base + (written & mask)
  }
  private val recordSize = RegNextWhen(head(headerSize.getWidth - 1 downto 0).asUInt, !moves && left === 0)
  bursts.io.push.valid := begins
  bursts.io.push.payload := Mux(nextBurst === left, recordSize, U(0))
  private val address = io.memory.aw
  address.valid := offers
  address.addr := place
  address.len := length.resized
  address.size := EventUnit.WordShift
  address.burst := 1 // INCR.
  when(address.ready)(offers := False)
  when(begins)(offers := True)
  private val data = io.memory.w
  data.valid := burst =/= 0
  data.data := head
  data.strb.setAll()
  data.last := burst === 1
  sends := data.fire
  leaves := sends && left === 1
  when(sends) {
    burst := burst - 1
    left := left - 1
    written := written + EventUnit.Word
  }
  io.memory.b.ready := True
  bursts.io.pop := io.memory.b.fire
  when(io.memory.b.fire)(answered := answered + bursts.io.head)

  // Registers.
  private val registers = io.registers
  when(registers.base(0).valid)(base(31 downto 0) := registers.base(0).payload(31 downto 6) @@ U(0, 6 bits))
  when(registers.base(1).valid)(base(63 downto 32) := registers.base(1).payload)
  when(registers.tail.valid)(tail := registers.tail.payload)
  private val told = registers.bytes.payload
  private val isSize = if (!config.hostMemory) False
    else CountOne(told(30 downto 6)) === 1 && !told.msb && !told(5 downto 0).orR
  when(registers.bytes.valid) {
    ring := Mux(isSize, told, U(0))
    when(isSize)(mask := told - 1)
    tail := takenNext
  }
  registers.values := Vec(base(31 downto 0), base(63 downto 32), ring, answered, tail, lost, taken)
}

object EventUnit {

  /** Bytes of a word; words of a header; words that a burst has at most; bursts whose answers are outstanding at most. */
  val Word = 8
  val WordShift = 3
  val HeaderWords = 3
  val BurstWords = 8
  val Bursts = 16

  /** The port to host memory: bursts of up to 64 bytes, within 64 bytes. */
  val Bus = Axi4Config(addressWidth = 64, dataWidth = 64, useId = false, useRegion = false, useLock = false,
    useCache = false, useQos = false, useProt = false)
}
