package org.weft.hw.table

import org.weft.hw.config.{Choice, LargeMemory, NicConfig}
import org.weft.hw.map.WordAccess
import spinal.core._
import spinal.lib._

/** The one unit that changes tables, for one requester after the other. It has a port of all directories and key
  * memories, the free entries and the entries' places; lookups go on meanwhile and see all of an entry or nothing of
  * it. See docs/microarchitecture.md, [T2] to [T5].
  *
  * The last requester is the host. What it asks for next begins with an entry's number in place of a key; its answer
  * is the number of the entry that was found.
  */
case class TableWriter(config: NicConfig) extends Component {
  private val many = config.cores + 1
  private val width = config.entryWidth

  val io = new Bundle {
    val requests = Vec(slave(TableRequest(config)), many)
    val answers = Vec(master(Flow(TableAnswer(config))), many)

    /** A key that the host asked for, a beat a clock. */
    val key = master(Flow(Bits(128 bits)))
    val descriptor = slave(Flow(TableDescriptorWrite(config)))

    val access = out(TableAccess(config))
    val read = in(TableWords(config))

    /** What it does behind the memory port in this clock, which lasts until that is done; what it read there. */
    val outside = if (config.outsideTables) master(OutsideAccess(config)) else null

    /** Lengths of prefixes that occur, of the row that was accessed in the clock before. */
    val lengths = in Bits (32 bits)

    /** Words of values; while there are none, `data` is the host's. */
    val words = master(Stream(WordAccess(config)))
    val loaded = if (config.outside) in(Bool()) else null

    /** The row of bits of entries that were used, a clock before it is looked at. */
    val row = out UInt (config.entryRowWidth bits)
    val references = in Bits (32 bits)
    val referred = master(Flow(BitChange(config)))

    /** Something that lookups could find is gone; whether no lookup is under way that could have found it. */
    val removes = out Bool ()
    val quiet = in Bool ()

    /** All tables are made empty; whether that, or a change, is under way. */
    val cleans = in Bool ()
    val busy = out Bool ()
    val trace = if (config.trace) out(TableTrace(config)) else null
  }

  private object State extends SpinalEnum {
    val Idle, Next, Load, Hash, Search, Hand, Evict, Scan, Write, Commit, Clean = newElement()
  }
  private val state = Reg(State()) init State.Idle
  private val step = Reg(UInt(5 bits)) // Of the state.
  step := Mux(step.andR, step, step + 1)
  io.busy := state =/= State.Idle

  /** What was read two clocks ago; behind the memory port a beat of a key is chosen when it was read. */
  private val read = TableWords(config)

  // A job is taken, in turn, in the clock in which the one before it ends.
  private val ends = Bool()
  private val takes = (state === State.Idle || ends) && !io.cleans
  private val job = new WriterJob(config, io.requests.toSeq, io.descriptor, takes)
  import job.{arriving, asked, askedLookup, begins, call, isDelete, isNext, isOutside, isUpdate, isValid, isWhole, length,
    lookup, map, reads, starts, table, who}

  // Its key: the word that is hashed, the beat that is compared, or written.
  private val hashes = state === State.Hash
  private val wordAt = step - 1
  private val isSearch = state === State.Search
  private val compared = step - KeySearch.Compared
  private val written = Reg(UInt(log2Up(NicConfig.KeyBeats) bits)) // While it writes: beats of the key.
  private val keyAt = job.beat(hashes, wordAt, Mux(isSearch, compared.resize(written.getWidth), written))
  private val (isHashed, maskOf) = job.hash(hashes, wordAt, keyAt)

  // What it has found.
  private val pool = EntryPool(config)
  private val hand = Hand(config)
  private val search = new KeySearch(config, job, isSearch, step, read, keyAt, maskOf(compared))
  import search.{compares, decides, fails, hasCandidate, isTags, place}
  private val inserts = Reg(Bool()) // Once it is searched.
  private val entry = Reg(UInt(width bits)) // Once it is written.

  // Both its buckets, and what is in their slots.
  private val (even, odd) = Bucket.both(config, call.hash, lookup.bucketMask)
  private val evenRow = Bucket.row(config, lookup.firstRow, even)
  private val oddRow = Bucket.row(config, lookup.firstRow, odd)
  private val evenSlots, oddSlots = Reg(Vec(TableSlot(config), Bucket.Slots)) // From the tags on.
  private def free(slots: Vec[TableSlot]): Bits = ~Vec(slots.map(_.valid)).asBits
  private val evenFree = free(evenSlots)
  private val oddFree = free(oddSlots)
  private val hasRoom = evenFree.orR || oddFree.orR
  private val goal = OwnSlot()
  goal.odd := CountOne(oddFree) > CountOne(evenFree)
  goal.slot := OHToUInt(OHMasking.first(Mux(goal.odd, oddFree, evenFree)))
  private val pointer = Reg(UInt(width + 1 bits)) // While the host's entry is looked for, and from then on.
  private val candidate = Mux(isNext, pointer.resize(width),
    Choice((evenSlots ++ oddSlots).map(_.entry).toSeq, (place.odd ## place.slot).asUInt))

  // The keys that are compared: of the candidate, of others if it is not the one; or the one that is written.
  private val toWrite = Reg(UInt(NicConfig.KeyBeatWidth bits)) // While writing: its beats that are still to do.
  private val isWrite = state === State.Write
  private val nextBeat = Reg(UInt(width bits)) // From the first beat on.
  private val keyBeat = Mux(Mux(isWrite, written === 0, step === KeySearch.Asked),
    lookup.firstBeat + Mux(isWrite, entry, candidate), nextBeat)
  when(!isWrite || io.access.writesKey)(nextBeat := keyBeat + lookup.room.resized)
  private val found = hasCandidate
  io.key.valid := compares && isNext && found
  io.key.payload := read.key

  // Where values are.
  private val victim = Reg(UInt(width bits)) // While one is evicted.
  private val inTheWay = evenSlots(0).entry
  private val isScan = state === State.Scan
  private val changed = Mux(reads || table.inPlace, candidate, pool.io.replacement)
  private val values = new WriterValues(config, job,
    Mux(state === State.Evict, victim, pool.io.first), Mux(isScan, inTheWay, changed), isScan)
  private val mover = ValueMover(config)
  private val wasDone = RegNext(mover.io.done) init True
  mover.io.word := Choice(io.requests.map(_.word), Mux(mover.io.access.valid, who, U(config.cores)))
  for ((request, i) <- io.requests.zipWithIndex) request.nextWord := mover.io.nextWord && who === i
  io.words << mover.io.access
  if (config.outside) mover.io.loaded := io.loaded

  // What happens to memories when nothing is said.
  io.access.evenRow := evenRow
  io.access.oddRow := oddRow
  io.access.even := 0
  io.access.odd := 0
  io.access.evenSlot.valid := True
  io.access.evenSlot.tag := call.hash(63 downto 48)
  io.access.evenSlot.entry := entry
  io.access.oddSlot := io.access.evenSlot
  io.access.beat := keyBeat
  io.access.writesKey := False
  io.access.key := keyAt
  private val lengthNumber = (lookup.prefixBits - length.resize(NicConfig.PrefixWidth))
  io.access.lengthsRow := map @@ (lengthNumber >> 5)
  io.access.writesLengths := False
  io.access.lengths := io.lengths | UIntToOh(lengthNumber(4 downto 0), 32)
  private def set(odd: Bool, slot: UInt, valid: Bool): Unit = {
    val one = UIntToOh(slot, Bucket.Slots)
    when(odd) {
      io.access.odd := one
      io.access.oddSlot.valid := valid
    } otherwise {
      io.access.even := one
      io.access.evenSlot.valid := valid
    }
  }

  // Entries: which are there, and where.
  private val there = EntryBits(config, config.entryRows)
  there.io.change.valid := pool.io.gives || pool.io.replaces
  there.io.change.payload := BitChange.of(config, lookup.firstBeat + pool.io.entry, False)
  if (config.trace) {
    io.trace.writesKey := io.access.writesKey && !isOutside
    io.trace.beat := io.access.beat
    io.trace.key := io.access.key
    io.trace.changes := there.io.change.valid
    io.trace.change := there.io.change.payload
  }
  // What is greater than all entries' numbers stays so.
  private val askedPointer = (arriving(width downto 0) | arriving(31 downto width + 1).orR #* (width + 1)).asUInt
  private val nextPointer = Mux(begins, askedPointer, pointer + 1)
  private val nextLooked = Mux(begins || state === State.Next, nextPointer.resize(width), hand.io.next)
  there.io.row := ((Mux(begins, askedLookup.firstBeat, lookup.firstBeat) + nextLooked) >> 5).resized
  io.row := there.io.row
  private val places = LargeMemory(config, Mem(SlotPlace(config), config.tableBeats))
  private val gone = places.readSync(lookup.firstBeat + victim)
  private val victimPlace = RegNext(gone)
  private val noted = SlotPlace(config)
  private val notes = Bool()
  private val notedEntry = UInt(width bits)
  places.write(lookup.firstBeat + notedEntry, noted, notes)
  notes := False
  notedEntry := entry
  private val kept = Mux(inserts, goal, place)
  noted.odd := kept.odd
  noted.slot := kept.slot
  noted.row := Mux(kept.odd, oddRow, evenRow)

  pool.io.map := map
  pool.io.cpu := call.cpu.resized
  pool.io.firstBeat := lookup.firstBeat
  pool.io.spares := table.spares
  pool.io.oldestFirst := table.oldestFirst
  pool.io.room := lookup.room
  pool.io.loads := starts
  pool.io.gives := False
  pool.io.takes := False
  pool.io.replaces := False
  pool.io.entry := candidate
  pool.io.keeps := False
  hand.io.map := map
  hand.io.room := lookup.room
  hand.io.loads := starts
  hand.io.looks := state === State.Hand
  hand.io.there := there.io.bits
  hand.io.used := io.references
  io.referred.valid := hand.io.looks
  io.referred.row := RegNext(io.row)
  io.referred.mask := hand.io.passed
  io.referred.value := False

  private val error = SInt(6 bits)
  error := 0
  private val full = Mux(lookup.isTrie, S(TableWriter.Enospc, 6 bits), S(TableWriter.E2big, 6 bits))
  ends := False
  io.removes := False
  private val seeksRoom, writes = False
  private val inserting = Bool()
  inserting := True
  private val clears = False

  // The slot that could move, in its steps: whose other bucket is looked at.
  private def other(slot: TableSlot, bucket: UInt): UInt =
    Bucket.row(config, lookup.firstRow, bucket ^ (Bucket.distance(config, slot.tag) & lookup.bucketMask))
  private val isOddMoved = Reg(Bool()) // While one moves.
  private val movedTo = Reg(UInt(3 bits)) // As well.
  private val moves = Reg(Bool()) // While scanning.
  private val moved = (step - 4).resize(3) // Its rows were asked for three steps ago.
  private val looksAt = Mux(moves, moved, (step - 1).resize(3))
  private val evenOne = Choice(evenSlots, looksAt)
  private val oddOne = Choice(oddSlots, looksAt)

  switch(state) {
    is(State.Next) {
      val isInside = pointer < pool.io.used
      val isThere = there.io.bits(pointer.resize(5)) && isInside
      hasCandidate := isThere
      when(isThere || !isInside) {
        state := State.Search
        step := KeySearch.Asked
      } otherwise (pointer := nextPointer)
    }
    if (config.outsideTables) is(State.Load) {
      when(isWhole) {
        state := State.Search
        step := 1
      }
    }
    is(State.Hash) {
      when(isHashed) {
        state := State.Search
        step := 1
      }
    }
    is(State.Search) {
      when(isTags) {
        evenSlots := read.even
        oddSlots := read.odd
      }
      when(fails)(step := KeySearch.Asked)
      when(decides) {
        inserts := !found
        when(isUpdate) {
          when(call.flags === 3 || !isValid) {
            error := TableWriter.Einval
            ends := True
          } elsewhen (found && call.flags(0)) {
            error := TableWriter.Eexist
            ends := True
          } elsewhen (!found && call.flags(1)) {
            error := TableWriter.Enoent
            ends := True
          } elsewhen (found) {
            inserting := False
            writes := True
          } elsewhen (pool.io.count =/= table.limit) {
            seeksRoom := True
          } elsewhen (lookup.evicts) {
            state := State.Hand
          } otherwise {
            error := full
            ends := True
          }
        } elsewhen (!found) {
          error := Mux(isDelete && !isValid, S(TableWriter.Einval, 6 bits), S(TableWriter.Enoent, 6 bits))
          ends := True
        } elsewhen (isDelete) {
          pool.io.gives := True
          state := State.Commit
        } otherwise {
          inserting := False
          writes := True
        }
      }
    }
    is(State.Hand) {
      victim := hand.io.victim
      when(hand.io.finds) {
        state := State.Evict
        step := 1
      }
    }
    is(State.Evict) {
      pool.io.entry := victim
      when(step === 1)(pool.io.gives := True)
      when(step === 2) {
        // Its slot is free for the new one, too.
        for (i <- 0 until Bucket.Slots) when(gone.slot === i) {
          when(gone.odd && gone.row === oddRow)(oddSlots(i).valid := False)
          when(!gone.odd && gone.row === evenRow)(evenSlots(i).valid := False)
        }
      }
      when(step === 3) {
        set(victimPlace.odd, victimPlace.slot, False)
        when(victimPlace.odd)(io.access.oddRow := victimPlace.row) otherwise (io.access.evenRow := victimPlace.row)
        io.removes := True
        seeksRoom := True
      }
    }
    is(State.Scan) {
      when(step <= Bucket.Slots || moves) {
        when(!(moves && isOddMoved))(io.access.oddRow := other(evenOne, even))
        when(!(moves && !isOddMoved))(io.access.evenRow := other(oddOne, odd))
      }
      val toOdd = free(read.odd)
      val toEven = free(read.even)
      when(step >= 3 && step <= TableWriter.LastSeen) {
        moves := toOdd.orR || toEven.orR
        isOddMoved := !toOdd.orR
        movedTo := OHToUInt(OHMasking.first(Mux(toOdd.orR, toOdd, toEven)))
      }
      val isNone = step === TableWriter.LastSeen && !moves && !toOdd.orR && !toEven.orR
      when(moves) {
        // Both writes together: what was in the one bucket is in its other one.
        val slot = Mux(isOddMoved, oddOne, evenOne)
        set(isOddMoved, moved, False)
        set(!isOddMoved, movedTo, True)
        io.access.evenSlot.tag := slot.tag
        io.access.evenSlot.entry := slot.entry
        notes := True
        noted.odd := !isOddMoved
        noted.row := Mux(isOddMoved, other(oddOne, odd), other(evenOne, even))
        noted.slot := movedTo
        notedEntry := slot.entry
        for (i <- 0 until Bucket.Slots) when(moved === i) {
          when(isOddMoved)(oddSlots(i).valid := False) otherwise (evenSlots(i).valid := False)
        }
        writes := True
      } elsewhen (isNone && !lookup.evicts) {
        error := full
        ends := True
      } elsewhen (isNone) {
        pool.io.entry := inTheWay
        pool.io.gives := True
      } elsewhen (step === TableWriter.LastSeen + 1) {
        io.access.even := 1
        io.access.evenSlot.valid := False
        evenSlots(0).valid := False
        io.removes := True
        clears := True
        writes := True
      }
    }
    is(State.Write) {
      // The entry may have been another key's a moment ago: its key stays as long as somebody could compare it.
      io.access.writesKey := toWrite =/= 0 && io.quiet
      when(io.access.writesKey) {
        toWrite := toWrite - 1
        written := written + 1
      }
      val hasKey = toWrite === 0 || toWrite === 1 && io.quiet
      when(mover.io.done && (!reads || wasDone) && hasKey) {
        state := State.Commit
        pool.io.takes := isUpdate && inserts
        pool.io.replaces := isUpdate && !inserts && !table.inPlace
      }
    }
    is(State.Commit) {
      ends := True
      io.removes := !reads
      when(isDelete)(set(place.odd, place.slot, False))
      when(isUpdate) {
        io.access.writesLengths := lookup.isTrie
        set(kept.odd, kept.slot, True)
        notes := True
        there.io.change.valid := True
        there.io.change.payload := BitChange.of(config, lookup.firstBeat + entry, True)
        io.referred.valid := lookup.evicts
        io.referred.payload := BitChange.of(config, lookup.firstBeat + entry, !inserts)
      }
      pool.io.keeps := isUpdate || isDelete
    }
  }
  when(seeksRoom) {
    when(hasRoom)(writes := True) otherwise {
      state := State.Scan
      step := 1
      moves := False
    }
  }
  private val isInsert = inserting && !reads
  private val target = Mux(isInsert, pool.io.first, changed)
  mover.io.begins.valid := writes
  mover.io.begins.payload := values.move(isInsert, !isInsert || clears)
  when(writes) {
    state := State.Write
    toWrite := Mux(isUpdate && (inserting || !table.inPlace), lookup.beats, U(0))
    written := 0
    entry := target
  }

  // Answers; the next job.
  for ((answer, i) <- io.answers.zipWithIndex) {
    answer.valid := ends && who === i
    answer.context := call.context
    answer.result := error.resize(64).asBits
    if (i == config.cores) {
      when(isNext && found)(answer.result := candidate.resize(64).asBits)
    }
  }
  when(ends)(state := State.Idle)
  when(begins) {
    val asksOutside = if (config.outsideTables) askedLookup.isOutside && askedLookup.beats =/= 1 else False
    state := Mux(asked.operation === Operation.Next, State.Next,
      Mux(askedLookup.isTrie, State.Hash, Mux(asksOutside, State.Load, State.Search)))
    step := 1
    pointer := nextPointer
  }

  // All is made empty: rows, bits and what is known of maps, in the clocks that the longest of them takes.
  private val sweep = Reg(UInt(TableWriter.sweepWidth(config) bits)) // While it cleans.
  pool.io.cleans := state === State.Clean
  pool.io.cleaned := sweep.resized
  hand.io.cleans := state === State.Clean
  hand.io.cleaned := sweep.resized
  when(io.cleans && (state === State.Idle || ends)) {
    state := State.Clean
    sweep := 0
  }
  when(state === State.Clean) {
    sweep := sweep + 1
    io.access.evenRow := sweep.resized
    io.access.oddRow := sweep.resized
    io.access.even.setAll()
    io.access.odd.setAll()
    io.access.evenSlot.valid := False
    io.access.oddSlot.valid := False
    io.access.lengthsRow := sweep.resized
    io.access.writesLengths := True
    io.access.lengths := 0
    there.io.change.valid := True
    there.io.change.row := sweep.resized
    there.io.change.mask.setAll()
    there.io.change.value := False
    io.referred.valid := True
    io.referred.row := sweep.resized
    io.referred.mask.setAll()
    io.referred.value := False
    when(sweep.andR)(state := State.Idle)
  }

  // Behind the memory port: both buckets are read, a key, slots are written, or a beat of a key.
  if (config.outsideTables) {
    val access = io.outside
    val isClean = state === State.Clean
    access.access := io.access
    access.isTable := isOutside && !isClean
    access.readsBuckets := isOutside && (isSearch && step === 1 || isScan && step <= Bucket.Slots && !moves)
    access.readsKey := isOutside && isSearch && step === KeySearch.Asked && hasCandidate
    access.writesSlots := isOutside && !isClean && (io.access.even ## io.access.odd).orR
    access.writesKey := isOutside && io.access.writesKey
    access.lookup := lookup
    access.entry := Mux(isWrite, entry, candidate)
    access.number := written.resized
    val key = Choice(access.key.subdivideIn(128 bits), (step - KeySearch.Asked).resize(log2Up(NicConfig.OutsideKeyBeats)))
    val words = TableWords(config)
    words.even := access.even
    words.odd := access.odd
    words.key := key
    read := Mux(isOutside, RegNext(RegNext(words)), io.read)
  } else read := io.read
}

object TableWriter {

  /** The step of the search for a slot that can move in which the last one is seen. */
  private val LastSeen = 10

  private val Enoent = -2
  private val E2big = -7
  private val Eexist = -17
  private val Einval = -22
  private val Enospc = -28

  private def sweepWidth(config: NicConfig): Int =
    config.nearRowWidth max config.entryRowWidth max (config.tableMapWidth + config.cpuWidth) max config.lengthsRowWidth
}
