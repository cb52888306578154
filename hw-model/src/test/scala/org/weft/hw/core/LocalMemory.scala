package org.weft.hw.core

import org.weft.hw.config.NicConfig
import org.weft.hw.map.DescriptorWrite
import spinal.core._
import spinal.lib._

/** The ports of a row, the memory of each half, and what moves in the half whose clock is not the rows'. */
private[core] case class LocalMemory(config: NicConfig) extends Component {
  private val halves = if (config.single) 1 else 2
  val io = new Bundle {
    // The stage before execute.
    val slots, bases, values = Vec(in Bits (64 bits), config.memoryPorts)
    val packet, stack = in UInt (config.addressWidth bits)
    val length = in UInt (config.lengthWidth bits)
    val metadata = in UInt (8 bits)
    val descriptor = if (config.mapBytes > 0) slave(Flow(DescriptorWrite(config))) else null

    // Memory.
    val half = in Bool ()
    val arrived, received = in SInt (16 bits)
    val stores = in Bits (config.memoryPorts bits)
    val waits = out Bits (config.memoryPorts bits)
    val touched = Vec(out Bits (config.stackLines bits), config.memoryPorts)
    val lowest = out UInt (log2Up(config.stackLines) bits)
    val isOnly = out Bool ()
    val moves = Vec(Vec(in(BankPort(config)), 8), 2)

    // Align.
    val loaded = Vec(out Bits (64 bits), config.memoryPorts)
    val moved = Vec(out Bits (8 * config.machine.bankBytes bits), 8)
  }

  private val bounds = Bounds(config)
  bounds.packet := RegNext(io.packet)
  bounds.stack := RegNext(io.stack)
  bounds.length := RegNext(io.length)
  bounds.metadata := RegNext(io.metadata)
  if (config.mapBytes > 0) {
    val maps = LocalMaps(config)
    maps.io.slot := io.slots(0)
    maps.io.base := io.bases(0)
    maps.io.descriptor << io.descriptor
    bounds.map := maps.io.address
    bounds.mapEnd := maps.io.end
  }
  private val memories = Seq.fill(halves)(HalfMemory(config))
  private val ports = for (p <- 0 until config.memoryPorts) yield {
    val port = MemoryPort(config)
    port.io.access := Access(config, RegNext(io.slots(p)))
    port.io.base := RegNext(io.bases(p)).asUInt.resized
    port.io.offset := RegNext(io.slots(p)(15 downto 0)).asUInt
    port.io.value := RegNext(io.values(p))
    port.io.bounds := bounds
    port.io.arrived := io.arrived
    port.io.received := io.received
    port.io.stores := io.stores(p)
    for (h <- 0 until 2) port.io.read(h) := memories(h min halves - 1).io.read(p)
    port.io.readHalf := RegNext(io.half)
    io.waits(p) := port.io.waits
    io.touched(p) := port.io.touches.marks(port.io.touches.valid).reduce(_ & _)
    io.loaded(p) := port.io.loaded
    port
  }
  private val (lowest, isOnly) = StackLines.first(config, io.touched(0))
  io.lowest := lowest
  io.isOnly := isOnly
  for ((memory, h) <- memories.zipWithIndex) {
    memory.io.rows := io.half === Bool(h == 1)
    for (p <- 0 until 2; bank <- 0 until 8) {
      memory.io.ports(p)(bank) := io.moves(p)(bank)
      if (p < config.memoryPorts) when(memory.io.rows)(memory.io.ports(p)(bank) := ports(p).io.banks.at(bank))
    }
  }
  io.moved := Mux(RegNext(io.half), memories.head.io.read(1), memories.last.io.read(1))
}
