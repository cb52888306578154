package org.weft.hw.control

import org.weft.hw.config.NicConfig
import org.weft.hw.table.{KeyHash, Operation}
import org.weft.isa.control.Register
import spinal.core._
import spinal.lib._

/** COMMAND: what the host asks of the map that MAP names, and soft resets. Tables are for their writer; values of other
  * maps are found by multiplying, and moved in clocks in which the writer moves none. See docs/microarchitecture.md, 6.
  */
case class MapCommands(config: NicConfig) extends Component {
  import config.mapWordWidth
  import MapCommands._
  private val sum = mapWordWidth + 1

  val io = new Bundle {
    val write = slave(Flow(RegisterWrite()))
    val fields = in(MapFields(config))
    val distance = in UInt (sum bits)
    val isKnown = in Bool ()
    val map = in UInt (32 bits)

    /** To and from the mailbox. */
    val beat = out UInt (log2Up(NicConfig.KeyBeats) bits)
    val word = out UInt (Mailbox.WordWidth bits)
    val keyBeat = in Bits (128 bits)
    val valueWord = in Bits (64 bits)
    val found = master(Flow(MailboxKey(config)))
    val loaded = master(Flow(MailboxValue()))

    val port = master(MapPort(config))

    /** Maps are made empty; that is done in this clock. */
    val resets = in Bool ()
    val isReset = out Bool ()
    val busy = out Bool ()

    /** What reads as COMMAND_STATUS, COMMAND_CPU, COMMAND_FLAGS, COMMAND_ENTRY and COMMAND_CLOCKS. */
    val status, cpu, flags, entry, clocks = out Bits (32 bits)
  }

  private object State extends SpinalEnum {
    val Idle, Check, Hash, Ask, Table, Index, Cpu, Move, Drain, Sweep = newElement()
  }
  private val state = Reg(State()) init State.Idle
  io.busy := state =/= State.Idle

  private val operation = Reg(Bits(32 bits)) // While it is busy.
  private val cpu, flags, entry, clocks = Reg(UInt(32 bits)) init 0
  private val error = Reg(SInt(6 bits)) init 0
  private def writes(register: Register): Bool = io.write.valid && io.write.to(register)
  when(writes(Register.COMMAND_CPU))(cpu := io.write.data.asUInt)
  when(writes(Register.COMMAND_FLAGS))(flags := io.write.data.asUInt)
  private val finds = False
  when(writes(Register.COMMAND_ENTRY) || finds)(entry := Mux(finds, io.port.answer.result(31 downto 0), io.write.data).asUInt)
  io.status := Mux(io.busy && state =/= State.Sweep, B(1, 32 bits), error.resize(32).asBits)
  io.cpu := cpu.asBits
  io.flags := flags.asBits
  io.entry := entry.asBits
  io.clocks := clocks.asBits
  when(io.busy && state =/= State.Sweep)(clocks := clocks + 1)
  private def ends(result: SInt): Unit = {
    state := State.Idle
    error := result
  }

  private val isLookup = operation === Lookup
  private val isUpdate = operation === Update
  private val isDelete = operation === Delete
  private val isNext = operation === Next
  private val isWrite = isUpdate || isDelete

  // A key's beats and a value's words, behind whose ends is nothing.
  private val beat = Reg(UInt(NicConfig.KeyBeatWidth bits)) // While it is busy.
  private val word = Reg(UInt(Mailbox.WordWidth bits)) // As well.
  private val nextWord = io.port.request.nextWord || io.port.words.fire
  private val shown = Mux(nextWord, word + 1, word)
  word := shown
  io.beat := beat.resized
  io.word := shown
  private def cut(bytes: Bits, length: UInt, number: UInt): Bits = {
    val many = bytes.getWidth / 8
    val whole = length >> log2Up(many)
    val isWhole = number.resize(32) < whole
    val isPart = number.resize(32) === whole
    Cat(for (i <- 0 until many) yield
      bytes(8 * i, 8 bits) & (isWhole || isPart && length(0, log2Up(many) bits) > i) #* 8)
  }
  private val key = cut(io.keyBeat, io.fields.keyBytes, beat)
  private val value = cut(io.valueWord, io.fields.valueBytes, word)

  // The hash of a key: a word a clock.
  private val step = Reg(UInt(5 bits)) // While it hashes.
  private val words = ((io.fields.keyBytes + 7) >> 3).resize(step.getWidth)
  private val added = RegNext((Mux(step(0), key(127 downto 64), key(63 downto 0)).asUInt + io.fields.seed).asBits)
  private val crc = Reg(Bits(64 bits)) // Once a command is looked at.
  when(state === State.Hash && step =/= 0 && step <= words) {
    crc := KeyHash.shifted(crc ^ added)
  }
  when(state === State.Check)(crc := 0)
  private val mixed = RegNext(KeyHash.mixFirst(crc))
  private val hash = RegNext(KeyHash.mixSecond(mixed))

  // The writer of tables.
  private val request = io.port.request
  request.valid := state === State.Ask
  request.call.map := io.map.resized
  request.call.operation := operation.mux(
    Update -> U(Operation.Update, 2 bits),
    Delete -> U(Operation.Delete, 2 bits),
    Next -> U(Operation.Next, 2 bits),
    default -> U(Operation.Lookup, 2 bits))
  request.call.context := 0
  request.call.cpu := cpu.resized
  request.call.flags := flags.resized
  request.call.hash := hash
  private val isLast = beat + 1 === io.fields.beats
  private val upper = Mux(io.fields.hasValue && isLast, value, key(127 downto 64))
  // Of an entry's number 32 bits are looked at.
  request.key := upper ## key(63 downto 32) ## Mux(isNext, entry.asBits, key(31 downto 0))
  request.word := value
  private val foundBeat = Reg(UInt(log2Up(NicConfig.KeyBeats) bits)) // While it is busy.
  io.found.valid := io.port.key.valid && (foundBeat << 4) < io.fields.keyBytes
  io.found.beat := foundBeat
  // Behind keys and values tables have zeros.
  io.found.bytes := io.port.key.payload
  io.found.hasValue := io.fields.hasValue && foundBeat + 1 === io.fields.beats.resized
  io.found.isEntry := state === State.Check
  io.found.entry := entry
  when(io.port.key.valid)(foundBeat := foundBeat + 1)

  // Values of other maps.
  private val index = Mux(isNext, entry, key(31 downto 0).asUInt)
  private val isInside = index < io.fields.limit
  private val product = Product(sum)
  product.io.begins := False
  product.io.first := product.io.sum
  product.io.factor := cpu.resized
  product.io.other := Mux(io.fields.copies === 1, U(0), io.distance)
  private val address = Reg(UInt(mapWordWidth bits)) // While it moves, or sweeps.
  private val left = Reg(UInt(sum bits)) // As well.
  private val isOutside = if (config.outside) Reg(Bool()) else null // While it sweeps: it is behind the memory port.
  io.port.words.valid := state === State.Move || state === State.Sweep && left =/= 0
  io.port.words.writes := isWrite || state === State.Sweep
  io.port.words.word := address
  io.port.words.data := value
  io.port.words.isZero := !(isUpdate && state === State.Move)
  private val isLock = isUpdate && state === State.Move && io.fields.hasLock && word === (io.fields.lock >> 1).resize(word.getWidth)
  io.port.words.keeps := Mux(isLock, UIntToOh(io.fields.lock(0 downto 0), 2), B(0, 2 bits))
  when(io.port.words.fire) {
    address := address + 1
    left := left - 1
  }
  private val loaded = Reg(UInt(Mailbox.WordWidth bits)) // While it is busy.
  io.loaded.valid := io.port.loaded.valid
  io.loaded.word := loaded
  io.loaded.bytes := io.port.loaded.payload
  when(io.port.loaded.valid)(loaded := loaded + 1)

  private val isWrong = !io.isKnown || io.fields.isRing && isWrite || !(isLookup || isWrite || isNext) || cpu >= config.machine.cpus || entry.msb ||
    isUpdate && (flags >> 2) =/= 0 || io.fields.valueBytes > Register.VALUE.words * 4 ||
    (if (config.tables) False else io.fields.isTable)
  switch(state) {
    is(State.Check) {
      when(isWrong)(ends(Einval)) elsewhen (Bool(config.tables) && io.fields.isTable) {
        state := State.Hash
      } elsewhen (isUpdate && flags === 3 || isDelete && io.fields.isArray)(ends(Einval)) elsewhen (!isInside) {
        ends(Mux(isUpdate, E2big, Enoent))
      } elsewhen (isUpdate && flags(0))(ends(Eexist)) otherwise {
        product.io.begins := True
        product.io.first := io.fields.firstWord.resized
        product.io.factor := index.resized
        product.io.other := io.fields.stride.resized
        io.found.valid := isNext
        state := State.Index
      }
    }
    is(State.Hash) {
      step := step + 1
      // Words are in beats of two; the beat of the next one is there with it.
      when(step(0))(beat := beat + 1)
      when(step === words + 2) {
        state := State.Ask
        beat := 0
      }
    }
    is(State.Ask) {
      when(request.takes) {
        state := State.Table
        beat := 1
      }
    }
    is(State.Table) {
      when(beat =/= io.fields.beats)(beat := beat + 1)
      when(io.port.answer.valid) {
        val isFound = isNext && !io.port.answer.result(31)
        finds := isFound
        ends(Mux(isFound, S(0, 6 bits), io.port.answer.result(5 downto 0).asSInt))
      }
    }
    is(State.Index) {
      when(product.io.done) {
        product.io.begins := True
        state := State.Cpu
      }
    }
    is(State.Cpu) {
      address := product.io.sum.resized
      left := io.fields.stride.resized
      when(product.io.done)(state := State.Move)
    }
    is(State.Move) {
      when(io.port.words.fire && left === 1) {
        when(isWrite)(ends(S(0, 6 bits))) otherwise (state := State.Drain)
      }
    }
    is(State.Drain) {
      when(io.port.loaded.valid && loaded === (io.fields.stride - 1).resize(Mailbox.WordWidth))(ends(S(0, 6 bits)))
    }
    is(State.Sweep) {
      when(io.isReset)(state := State.Idle)
      if (config.outside) when(left === 1 && !isOutside && io.port.words.ready) {
        address := BigInt(1) << mapWordWidth - 1
        left := BigInt(1) << config.outsideWordWidth
        isOutside := True
      }
    }
  }
  io.port.cleans := io.resets
  private val isLastSweep = if (config.outside) isOutside && (left === 0 || left === 1 && io.port.words.ready) else left <= 1
  io.isReset := state === State.Sweep && isLastSweep && !io.port.cleaning
  when(io.resets) {
    state := State.Sweep
    address := 0
    left := config.machine.mapKbytes * 128
    if (config.outside) isOutside := False
  }
  when(writes(Register.COMMAND)) {
    state := State.Check
    operation := io.write.data
    clocks := 1
    beat := 0
    word := 0
    step := 0
    foundBeat := 0
    loaded := 0
  }
}

object MapCommands {
  private val Lookup = 1
  private val Update = 2
  private val Delete = 3
  private val Next = 4
  private def Enoent = S(-2, 6 bits)
  private def E2big = S(-7, 6 bits)
  private def Eexist = S(-17, 6 bits)
  private def Einval = S(-22, 6 bits)
}
