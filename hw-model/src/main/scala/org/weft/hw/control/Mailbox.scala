package org.weft.hw.control

import org.weft.hw.config.{Bitwise, NicConfig}
import org.weft.isa.control.Register
import spinal.core._
import spinal.lib._

/** KEY and VALUE: memories that the host reads and writes by words of 4 bytes as long as no command is under way, which
  * has them by beats of 16 and words of 8. KEY has room for the longest key that tables have; what lies behind is zero.
  */
case class Mailbox(config: NicConfig) extends Component {
  private val beatWidth = log2Up(NicConfig.KeyBeats)

  val io = new Bundle {
    val write = slave(Flow(RegisterWrite()))

    /** The address of a read; of KEY at once, of VALUE in the clock after. */
    val address = in UInt (Address.Width bits)
    val key, value = out Bits (32 bits)

    /** Whether a command is under way. A beat is there at once, a word in the clock after. */
    val busy = in Bool ()
    val beat = in UInt (beatWidth bits)
    val word = in UInt (Mailbox.WordWidth bits)
    val keyBeat = out Bits (128 bits)
    val valueWord = out Bits (64 bits)
    val found = slave(Flow(MailboxKey(config)))
    val loaded = slave(Flow(MailboxValue()))
  }

  private val hostKey = Address.word(io.write.address, Register.KEY)
  private val readKey = Address.word(io.address, Register.KEY)
  private val isInside = (readKey >> beatWidth + 2) === 0
  private val found = io.found.bytes.subdivideIn(32 bits)
  private def keyOr(lane: Int): Bits =
    if (lane == 0) Bitwise(Seq(found(0), io.found.entry.asBits, io.write.data), io.busy, io.found.isEntry) {
      case (Seq(key, entry, host), Seq(busy, isEntry)) => Mux(busy, Mux(isEntry, entry, key), host)
    }
    else Bitwise(Seq(found(lane), io.write.data), io.busy, io.found.isEntry || Bool(lane >= 2) && io.found.hasValue) {
      case (Seq(key, host), Seq(busy, isZero)) => Mux(busy, key && !isZero, host)
    }
  private val keys = for (lane <- 0 until 4) yield {
    val memory = Mem(Bits(32 bits), NicConfig.KeyBeats)
    val hosts = io.write.valid && io.write.to(Register.KEY) && hostKey(1 downto 0) === lane && (hostKey >> beatWidth + 2) === 0
    memory.write(Mux(io.busy, io.found.beat, hostKey(2, beatWidth bits)),
      keyOr(lane), Mux(io.busy, io.found.valid, hosts))
    memory.readAsync(Mux(io.busy, io.beat, readKey(2, beatWidth bits)))
  }
  io.keyBeat := Cat(keys)
  io.key := Mux(isInside, Vec(keys).read(readKey(1 downto 0)), B(0, 32 bits))

  private val hostValue = Address.word(io.write.address, Register.VALUE)
  private val readValue = Address.word(io.address, Register.VALUE)
  private val values = for (lane <- 0 until 2) yield {
    val memory = Mem(Bits(32 bits), 1 << Mailbox.WordWidth)
    val hosts = io.write.valid && io.write.to(Register.VALUE) && hostValue(0) === Bool(lane == 1)
    memory.write(Mux(io.busy, io.loaded.word, hostValue >> 1),
      Mux(io.busy, io.loaded.bytes.subdivideIn(32 bits)(lane), io.write.data), Mux(io.busy, io.loaded.valid, hosts))
    memory.readSync(Mux(io.busy, io.word, readValue >> 1))
  }
  io.valueWord := Cat(values)
  io.value := Mux(readValue(0), values(1), values.head)
}

/** A beat of a key that a command found: that of a table's entry, whose upper half may be a value, or an entry's number. */
case class MailboxKey(config: NicConfig) extends Bundle {
  val beat = UInt(log2Up(NicConfig.KeyBeats) bits)
  val bytes = Bits(128 bits)
  val hasValue = Bool()
  val isEntry = Bool()
  val entry = UInt(32 bits)
}

/** A word of a value that a command loaded. */
case class MailboxValue() extends Bundle {
  val word = UInt(Mailbox.WordWidth bits)
  val bytes = Bits(64 bits)
}

object Mailbox {
  val WordWidth: Int = log2Up(Register.VALUE.words / 2)
}
