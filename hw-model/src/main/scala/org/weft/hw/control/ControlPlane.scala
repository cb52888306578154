package org.weft.hw.control

import org.weft.hw.config.{Bitwise, NicConfig}
import org.weft.hw.core.RowWrite
import org.weft.hw.event.EventPort
import org.weft.hw.packet.{Dropped, Fates, LeavingBeat, PortOf, Refusal, Target}
import org.weft.hw.ring.RingPort
import org.weft.isa.control.Register
import org.weft.isa.machine.MachineFile
import spinal.core._
import spinal.lib._
import spinal.lib.bus.amba4.axilite.AxiLite4

/** The registers of the NIC, as docs/microarchitecture.md, 6 has them. */
case class ControlPlane(config: NicConfig) extends Component {
  import config.ports

  val io = new Bundle {
    val bus = slave(AxiLite4(AxiSlave.Config))

    // Programs.
    val program = master(Flow(RowWrite(config)))
    val entries = out(Vec(UInt(config.rowWidth bits), config.machine.banks))

    // The packet path: whether packets are dispatched, for which bank, to which ports they can be sent.
    val runs = out Bool ()
    val bank = out Bool ()
    val portOf = out Vec (PortOf(config), Target.Greatest)
    val seed = out UInt (32 bits)
    val begins = slave(Flow(Bool()))
    val gone = Vec(slave(Flow(Bool())), ports)
    val busy = in Bool ()

    // Ends of packets: not stored, dropped, and by output those that leave.
    val refused = Vec(slave(Flow(Refusal())), ports)
    val dropped = Vec(slave(Flow(Dropped(config))), ports)
    val left = Vec(slave(Flow(LeavingBeat(config))), ports + 1)

    // Maps; events.
    val places = master(MapPlaces(config))
    val maps = master(MapPort(config))
    val rings = if (config.rings) master(RingPort(config)) else null
    val events = if (config.events) master(EventPort()) else null
  }

  private val host = AxiSlave()
  host.io.bus << io.bus
  private val write = host.io.write

  private val loader = ProgramLoader(config)
  private val status = Status(config)
  private val table = PortTable(config)
  loader.io.write << write
  status.io.write << write
  table.io.write << write
  private val maps = MapRegisters(config)
  maps.io.write << write
  maps.io.places <> io.places
  maps.io.port <> io.maps
  maps.io.quiet := status.io.quiet
  maps.io.resets := status.io.resets
  maps.io.reads := host.io.read.payload
  status.io.isReset := maps.io.isReset
  host.io.refuses := loader.io.refuses || maps.io.refuses
  host.io.holdsWrite := maps.io.holdsWrite
  host.io.holdsRead := maps.io.holdsRead
  loader.io.held := status.io.held
  loader.io.runs := status.io.runs
  io.program << loader.io.program
  io.entries := loader.io.entries
  io.bank := loader.io.bank
  io.runs := status.io.runs && loader.io.isLoaded
  status.io.begins << io.begins
  status.io.gone <> io.gone
  status.io.busy := io.busy || maps.io.busy
  status.io.bank := loader.io.bank
  io.portOf := table.io.portOf

  private val seed = if (config.random) Reg(UInt(32 bits)) init 0 else U(0, 32 bits)
  if (config.random) when(write.valid && write.to(Register.RANDOM_SEED))(seed := write.data.asUInt)
  io.seed := seed

  private val counters = Counters(config, 3 * ports + 1)
  private val ends = counters.io.ends
  for (port <- 0 until ports) {
    ends(port).valid := io.refused(port).valid
    ends(port).bank := loader.io.bank
    ends(port).port := port
    ends(port).fate := io.refused(port).payload.mux(
      Refusal.OVERFLOW -> U(Counted.Overflow, Counted.FateWidth bits),
      Refusal.OVERSIZE -> U(Counted.Oversize, Counted.FateWidth bits),
      Refusal.UNDERSIZE -> U(Counted.Undersize, Counted.FateWidth bits),
      Refusal.DAMAGED -> U(Counted.Damaged, Counted.FateWidth bits))
    ends(ports + port).valid := io.dropped(port).valid
    ends(ports + port).bank := io.dropped(port).bank
    ends(ports + port).port := port
    ends(ports + port).fate := io.dropped(port).fate.mux(
      Fates.NoPort -> U(Counted.NoPort, Counted.FateWidth bits),
      Fates.OutputOverflow -> U(Counted.OutputOverflow, Counted.FateWidth bits),
      default -> io.dropped(port).fate.resize(Counted.FateWidth))
  }
  for ((left, i) <- io.left.zipWithIndex) {
    val end = ends(2 * ports + i)
    end.valid := left.valid && left.last
    end.bank := left.packet.bank
    end.port := left.packet.port
    end.fate := left.packet.fate.resized
  }

  // Reading: the address is kept; counters are there two clocks later, all else at once.
  private val address = RegNextWhen(host.io.read.payload, host.io.read.valid) // Looked at after a read.
  private val asked = host.io.read.payload
  private val counter = Address.word(asked, Register.COUNTER)
  private val port = counter(5, 5 bits)
  counters.io.which.bank := counter.msb
  counters.io.which.port := port.resized
  counters.io.which.fate := counter(1, Counted.FateWidth bits)
  table.io.which := Address.word(address, Register.PORT_OF)
  maps.io.address := address

  // The upper half of what was read last.
  private val upper = Reg(Bits(32 bits)) // Without reset: a lower half is read before.
  private val isCounter = Address.hits(address, Register.COUNTER)
  private val counted = Mux(!isCounter, status.io.clock,
    Mux(RegNextWhen(port < ports, host.io.read.valid), counters.io.count, U(0)))
  private val isProducer = Address.hits(address, Register.RING_PRODUCER)
  private val isRing = isProducer || Address.hits(address, Register.RING_CONSUMER)
  private val number = if (!config.rings) counted
    else Mux(isRing, Mux(isProducer, io.rings.producer, io.rings.consumer), counted)
  private val half = Mux(address(0), upper, number(31 downto 0).asBits)
  private val second = Delay(host.io.read.valid, AxiSlave.ReadClocks, init = False)
  when(second && !address(0) && (isCounter || isRing || Address.hits(address, Register.CLOCK))) {
    upper := number(63 downto 32).asBits
  }

  // A ring's position holds with its upper half.
  if (config.rings) {
    val consumes = write.valid && write.to(Register.RING_CONSUMER)
    val lower = RegNextWhen(write.data, consumes && !write.address(0)) // Written before the upper half.
    io.rings.map := maps.io.values.head.asUInt
    io.rings.consumed.valid := consumes && write.address(0)
    io.rings.consumed.payload := (write.data ## lower).asUInt
    io.rings.cleans := status.io.resets
  }

  if (config.events) {
    def told(flow: Flow[UInt], register: Register, word: Int): Unit = {
      flow.valid := write.valid && write.to(register) && Address.word(write.address, register) === word
      flow.payload := write.data.asUInt
    }
    for ((flow, word) <- io.events.base.zipWithIndex) told(flow, Register.EVENT_BASE, word)
    told(io.events.bytes, Register.EVENT_BYTES, 0)
    told(io.events.tail, Register.EVENT_TAIL, 0)
  }
  private val events = if (!config.events) Nil else EventPort.Read.zip(io.events.values).map {
    case ((register, word), value) =>
      (Address.hits(address, register) && Address.word(address, register) === word, value.asBits)
  }

  private def constants(values: Array[Int], index: UInt): Bits =
    Vec(values.map(v => B(BigInt(v & 0xffffffffL), 32 bits))).read(index.resize(log2Up(values.length)))
  private val machine = MachineFile.words(config.machine)
  private val hash = MachineFile.hash(config.machine).grouped(4).map(bytes =>
    bytes.reverse.foldLeft(0)((word, byte) => word << 8 | byte & 0xff)).toArray

  private val narrow: Seq[(Register, Bits)] = Seq(
    Register.ID -> B(Register.WEFT, 32 bits),
    Register.VERSION -> B(Register.MAP_VERSION, 32 bits),
    Register.CONTROL -> status.io.control,
    Register.STATUS -> status.io.status,
    Register.MACHINE_WORDS -> B(machine.length, 32 bits),
    Register.MEMORY_KBYTES -> B(config.memoryKbytes, 32 bits),
    Register.MEMORY_ENTRIES -> B(config.memoryEntries, 32 bits),
    Register.MACHINE_HASH -> constants(hash, Address.word(address, Register.MACHINE_HASH)),
    Register.MACHINE -> constants(machine.padTo(Register.MACHINE.words, 0),
      Address.word(address, Register.MACHINE)),
    Register.PROGRAM_BANK -> loader.io.spare.asBits.resize(32),
    Register.PROGRAM_ENTRY -> loader.io.entry.asBits.resize(32)
  )
  private val wide: Seq[(Bool, Bits)] = Seq((isCounter || isRing || Address.hits(address, Register.CLOCK), half)) ++ (Seq(
    Register.RANDOM_SEED -> seed.asBits,
    Register.PORT_OF -> table.io.read,
    Register.PROGRAM_ROW -> loader.io.row.asBits
  ) ++ MapRegisters.Read.zip(maps.io.values)).map { case (register, value) => (Address.hits(address, register), value) } ++ events
  private val constant = narrow.map { case (register, value) =>
    Mux(Address.hits(address, register), value, B(0, 32 bits))
  }.reduceBalancedTree(_ | _)
  // Three words, and whether it is one of them, are what a table takes for a bit.
  private val chosen = wide.grouped(3).map { some =>
    Bitwise(some.map(_._2), some.map(_._1): _*) { (words, hits) =>
      words.zip(hits).map { case (word, hit) => word && hit }.orR
    }
  }.toSeq
  host.io.data := (chosen :+ constant).reduceBalancedTree(_ | _)
}
