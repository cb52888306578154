package org.weft.hw.control

import org.weft.hw.config.{LargeMemory, NicConfig}
import org.weft.isa.control.Register
import org.weft.isa.xdp.MapType
import spinal.core._
import spinal.lib._

/** What DESCRIPTOR says of a map, as far as the hardware looks at it. */
case class MapFields(config: NicConfig) extends Bundle {
  import config.mapWordWidth
  val kind = UInt(8 bits)
  val keyBytes, valueBytes, limit = UInt(32 bits)
  val copies = UInt(config.copiesWidth bits)

  /** In words, as are those that follow. */
  val stride = UInt(mapWordWidth bits)
  val firstWord = UInt(mapWordWidth bits)
  private val bucketWidth = config.bucketWidth + 1 max (if (config.outsideTables) config.outsideBeatWidth else 0)
  private val beatWidth = config.entryWidth max (if (config.outsideTables) config.outsideBeatWidth else 0)
  val firstBucket, buckets = UInt(bucketWidth bits)
  val firstBeat = UInt(beatWidth bits)

  /** Whether keys lie behind the memory port; the first of their entries in what the NIC knows of these. */
  val keysOutside = if (config.outsideTables) Bool() else null
  val firstEntry = if (config.outsideTables) UInt(config.entryWidth bits) else null
  val beats = UInt(NicConfig.KeyBeatWidth bits)
  val seed = UInt(64 bits)
  val evicts, inPlace, spares, oldestFirst, hasLock = Bool()

  /** Where values have a spin lock, in words of four bytes. */
  val lock = UInt(log2Up(2 * NicConfig.ValueWords) bits)
  val room = UInt(mapWordWidth + 1 bits)

  private def isOne(types: MapType*): Bool = types.map(kind === _.number).orR

  /** Whether it is a table, whose values stand behind its keys, too, or whose keys are prefixes; whether it holds devices; whether it has no
    * entries; whether those are values, which are always there.
    */
  def hasValue: Bool = isOne(MapType.DEVMAP_HASH, MapType.HASH_OF_MAPS)
  def isTrie: Bool = isOne(MapType.LPM_TRIE)
  def isTable: Bool = hasValue || isTrie ||
    isOne(MapType.HASH, MapType.PERCPU_HASH, MapType.LRU_HASH, MapType.LRU_PERCPU_HASH)
  def isDevices: Bool = isOne(MapType.DEVMAP, MapType.DEVMAP_HASH)
  def isRing: Bool = isOne(MapType.RINGBUF)
  def isArray: Bool = isOne(MapType.ARRAY, MapType.PERCPU_ARRAY)

  /** Takes a word of DESCRIPTOR. */
  def take(index: UInt, word: UInt): Unit = switch(index) {
    is(0)(kind := word.resized)
    is(1)(keyBytes := word)
    is(2)(valueBytes := word)
    is(3)(limit := word)
    // More than there are CPUs nobody asks for.
    is(4)(copies := Mux(word > config.machine.cpus, U(config.machine.cpus), word).resized)
    is(5)(stride := (word >> 3).resized)
    is(6)(firstWord := word.resized)
    is(7)(firstBucket := word.resized)
    is(8)(buckets := word.resized)
    is(9)(firstBeat := word.resized)
    is(10)(beats := word.resized)
    is(11)(seed(31 downto 0) := word)
    is(12)(seed(63 downto 32) := word)
    is(13) {
      evicts := word(0)
      inPlace := word(1)
      spares := word(2)
      oldestFirst := word(3)
      if (config.outside) firstWord.msb := word(4)
      if (config.outsideTables) keysOutside := word(5)
      hasLock := word(15 downto 8) =/= 0
      lock := (word(15 downto 8) - 1).resized
    }
    if (config.outsideTables) is(14)(firstEntry := word.resized)
    is(15)(room := word.resized)
  }
}

/** MAP and DESCRIPTOR. All words stand in one memory; those of MAP are read when that is written, and when the last of
  * them is: then they are given to all who ask for them.
  */
case class Descriptors(config: NicConfig) extends Component {
  import config.{cores, machine, mapWordWidth}
  private val words = Register.DESCRIPTOR.words
  private val sum = mapWordWidth + 1

  val io = new Bundle {
    val write = slave(Flow(RegisterWrite()))

    /** The address of a read, which is there in the clock after. */
    val address = in UInt (Address.Width bits)
    val read = out Bits (32 bits)
    val map = out UInt (32 bits)

    /** Of MAP, once it is not busy: what is said of it; words from a CPU's values to the next one's; whether it is there. */
    val fields = out(MapFields(config))
    val distance = out UInt (sum bits)
    val isKnown = out Bool ()
    val busy = out Bool ()

    val places = master(MapPlaces(config))
  }

  private object State extends SpinalEnum {
    val Idle, Read, Multiply, Give = newElement()
  }
  private val state = Reg(State()) init State.Idle
  private val gives = Reg(Bool()) // While it is busy.
  private val step = Reg(UInt(log2Up(words + 1) bits)) // While it reads.
  private val map = Reg(UInt(32 bits)) init 0
  private val fields = Reg(MapFields(config)) // Once they are read.
  fields.kind.init(0)
  io.map := map
  io.fields := fields
  io.isKnown := fields.kind =/= 0 && (map >> NicConfig.HandleWidth) === 0 && !map(NicConfig.HandleWidth - 1 downto 0).andR
  io.busy := state =/= State.Idle

  // Zero at first, as block memory is when an FPGA has been configured.
  private val memory = LargeMemory.initial(config, Mem(Bits(32 bits), words << NicConfig.HandleWidth))
  private val number = map(NicConfig.HandleWidth - 1 downto 0)
  private val written = Address.word(io.write.address, Register.DESCRIPTOR)
  private val writes = io.write.valid && io.write.to(Register.DESCRIPTOR)
  memory.write(number @@ written, io.write.data, writes)
  private val word = Mux(state === State.Read, step.resize(log2Up(words)), Address.word(io.address, Register.DESCRIPTOR))
  private val read = memory.readSync(number @@ word)
  io.read := read

  private val product = Product(sum)
  product.io.begins := False
  product.io.first := 0
  product.io.factor := fields.room
  product.io.other := fields.stride.resized
  io.distance := product.io.sum

  private val cpu = Reg(UInt(config.copiesWidth bits)) // While it gives.
  private val core = Reg(UInt(log2Up(cores) max 1 bits)) // As well.
  private val ofCore = Reg(UInt(config.coreCpuWidth bits)) // As well.
  private val base = Reg(UInt(mapWordWidth bits)) // As well.
  private val isShared = fields.copies === 1
  switch(state) {
    is(State.Read) {
      step := step + 1
      fields.take(step - 1, read.asUInt)
      when(step === words) {
        state := State.Multiply
        step := 0
      }
    }
    is(State.Multiply) {
      step := 1
      product.io.begins := step === 0
      cpu := 0
      core := 0
      ofCore := 0
      base := fields.firstWord
      when(step =/= 0 && product.io.done)(state := Mux(gives, State.Give, State.Idle))
    }
    is(State.Give) {
      cpu := cpu + 1
      core := core + 1
      when(core === cores - 1) {
        core := 0
        ofCore := ofCore + 1
      }
      when(!isShared)(base := base + io.distance.resize(mapWordWidth))
      when(cpu === machine.cpus - 1)(state := State.Idle)
    }
  }
  private val isMap = io.write.valid && io.write.to(Register.MAP)
  when(isMap)(map := io.write.data.asUInt)
  when(isMap || writes && written === words - 1) {
    state := State.Read
    step := 0
    gives := !isMap
  }

  // What cores are told.
  private val place = io.places.values
  place.valid := state === State.Give
  place.core := core
  place.cpu := ofCore
  place.handle := number + 1
  place.place.base := base
  place.place.words := Mux(isShared || cpu < fields.copies, io.distance, U(0))
  place.place.devices := fields.isDevices
  if (config.rings) place.place.wraps := fields.isRing
  private val isTable = fields.isTable
  place.keys.keyBytes := Mux(isTable, fields.keyBytes, U(0)).resized
  place.keys.valueBytes := Mux(isTable, fields.valueBytes, U(0)).resized
  place.keys.seed := fields.seed
  if (config.outsideTables) place.keys.isOutside := fields.keysOutside

  // What engines and writer are told.
  private val table = io.places.table
  table.valid := place.valid && isTable
  table.payload.map := number.resized
  private val lookup = table.descriptor.lookup
  if (config.outsideTables) {
    lookup.isOutside := fields.keysOutside
    lookup.outsideBuckets := fields.firstBucket.resized
    lookup.outsideKeys := fields.firstBeat.resized
    lookup.firstRow := Mux(fields.keysOutside, U(0), fields.firstBucket >> 1).resized
    lookup.firstBeat := Mux(fields.keysOutside, fields.firstEntry, fields.firstBeat.resize(config.entryWidth))
  } else {
    lookup.firstRow := (fields.firstBucket >> 1).resized
    lookup.firstBeat := fields.firstBeat.resized
  }
  lookup.bucketMask := (fields.buckets - 1).resized
  lookup.beats := fields.beats
  lookup.room := fields.room.resized
  lookup.stride := fields.stride
  lookup.evicts := fields.evicts
  lookup.hasValue := fields.hasValue
  lookup.isTrie := fields.isTrie
  lookup.keyBytes := fields.keyBytes.resized
  lookup.seed := fields.seed
  table.descriptor.firstWord := fields.firstWord
  table.descriptor.copies := fields.copies
  table.descriptor.distance := io.distance.resized
  table.descriptor.limit := fields.limit.resized
  table.descriptor.inPlace := fields.inPlace
  table.descriptor.spares := fields.spares
  table.descriptor.oldestFirst := fields.oldestFirst
  table.descriptor.hasLock := fields.hasLock
  table.descriptor.lock := fields.lock
}
