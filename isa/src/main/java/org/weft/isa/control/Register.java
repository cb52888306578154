package org.weft.isa.control;

import static org.weft.isa.control.Register.Access.READ;
import static org.weft.isa.control.Register.Access.READ_WRITE;
import static org.weft.isa.control.Register.Access.WRITE;

/**
 * The registers of a NIC, 32 bits each, on AXI4-Lite: hardware, simulator, those who drive them and
 * the document take them from here. Numbers of 64 bits are two registers, the lower half first;
 * reading the lower half keeps the upper one for the next read.
 */
public enum Register {
  ID(0x0000, 1, READ, "0x54464557: the letters WEFT"),
  VERSION(0x0004, 1, READ, "version of this map, 1"),
  CONTROL(
      0x0008,
      1,
      READ_WRITE,
      "bit 0: packets are dispatched (1 at first). Bit 1: soft reset: dispatching stops, and when"
          + " the NIC is quiet, all maps are made empty and the bit becomes 0"),
  STATUS(
      0x000c,
      1,
      READ,
      "bit 0: quiet, no packet between dispatcher and way out. Bit 1: the bank that new packets"
          + " use. Bit 2: packets of the other bank are still there"),
  CLOCK(0x0010, 2, READ, "clocks since the beginning"),
  MACHINE_WORDS(0x0018, 1, READ, "how many of MACHINE have a meaning"),
  RANDOM_SEED(
      0x001c,
      1,
      READ_WRITE,
      "what random numbers follow from, 0 at first; on a machine with get_prandom_u32"),
  MACHINE_HASH(0x0020, 8, READ, "SHA-256 of the machine, as images have it, first byte lowest"),
  MACHINE(
      0x0100,
      64,
      READ,
      "the machine: its numbers in the order of a machine file, dispatch (0 round_robin, 1"
          + " flow_hash), then 8 words with a bit for each helper by its Linux number"),
  PORT_OF(
      0x0400,
      64,
      READ_WRITE,
      "by interface, 1 to 64: its port; 0xffffffff for none. At first *(n - 1) mod ports*"),
  PROGRAM_BANK(
      0x0500,
      1,
      READ,
      "the bank that is loaded: the one that STATUS does not name; of one bank that one"),
  PROGRAM_ROW(0x0504, 1, READ_WRITE, "the row that PROGRAM_DATA writes next"),
  PROGRAM_DATA(
      0x0508,
      1,
      WRITE,
      "a row, word by word: its mark of P7 (0 open, 1 kept, 2 alone, 3 last), then the words of its"
          + " slots as the image has them, the lower half of each first; the last one counts"
          + " PROGRAM_ROW on. Refused as long as packets use PROGRAM_BANK"),
  PROGRAM_ENTRY(0x050c, 1, READ_WRITE, "first row of the program in PROGRAM_BANK"),
  PROGRAM_SWITCH(
      0x0510,
      1,
      WRITE,
      "packets that are dispatched from now on use PROGRAM_BANK; those under way keep theirs to"
          + " their end, through tail calls, too. Before the first one none is dispatched"),
  MAP(0x0600, 1, READ_WRITE, "the map that DESCRIPTOR shows and that commands are for, from 0"),
  DESCRIPTOR(
      0x0640,
      16,
      READ_WRITE,
      "type, key bytes, value bytes, max_entries, copies of a value, stride in bytes, first word of"
          + " values, first bucket, buckets, first beat of keys, beats of a key, seed (2 words),"
          + " flags (bit 0 evicts, 1 in place, 2 spare for each CPU, 3 oldest free entry first, 4"
          + " values and 5 keys behind the memory port), first of its entries among all there, entries"
          + " that there is room for"),
  COMMAND(0x0700, 1, WRITE, "1 lookup, 2 update, 3 delete, 4 next: begins it"),
  COMMAND_STATUS(
      0x0704, 1, READ, "1 while it is under way; then 0 or a negative Linux error number"),
  COMMAND_CPU(0x0708, 1, READ_WRITE, "the CPU whose value it is, in per-CPU maps"),
  COMMAND_FLAGS(0x070c, 1, READ_WRITE, "flags of an update: 0 any, 1 only new, 2 only existing"),
  COMMAND_ENTRY(0x0710, 1, READ_WRITE, "next: where to begin; then the entry that was found"),
  COMMAND_CLOCKS(
      0x0714, 1, READ, "clocks of the last command, from the write to COMMAND to its answer"),
  MEMORY_KBYTES(
      0x0718, 1, READ, "KiB behind the memory port, which maps may take; 0 where there is none"),
  MEMORY_ENTRIES(
      0x071c, 1, READ, "entries that tables whose keys lie behind the memory port may have"),
  RING_PRODUCER(
      0x0720, 2, READ, "of a ring that MAP names: bytes that programs have reserved in it"),
  RING_CONSUMER(
      0x0728,
      2,
      READ_WRITE,
      "bytes of it that the host has read; the write of the upper word makes both hold"),
  KEY(0x0800, 128, READ_WRITE, "the key, first byte lowest"),
  VALUE(0x1000, 1024, READ_WRITE, "the value; what is longer than 4 KiB is not for the mailbox"),
  COUNTER(
      0x2000,
      2048,
      READ,
      "packets by bank, ingress port and fate: two words at 8 · ((bank · 32 + port) · 16 + fate),"
          + " fates in the order of [N1]"),
  EVENT_BASE(0x4000, 2, READ_WRITE, "address of the event ring in host memory, a multiple of 64"),
  EVENT_BYTES(
      0x4008,
      1,
      READ_WRITE,
      "its size, a power of two, 64 at least; 0: events are counted as lost"),
  EVENT_HEAD(0x400c, 1, READ, "bytes of records that are in it"),
  EVENT_TAIL(0x4010, 1, READ_WRITE, "bytes that the host has read"),
  EVENT_LOST(0x4014, 1, READ, "events for which there was no room"),
  EVENT_TAKEN(
      0x4018, 1, READ, "bytes of records that were taken: what is behind EVENT_HEAD is on its way");

  /** What the host may do. */
  public enum Access {
    READ("r"),
    WRITE("w"),
    READ_WRITE("rw");

    private final String text;

    Access(String text) {
      this.text = text;
    }
  }

  /** What {@link #ID} reads as. */
  public static final int WEFT = 0x54464557;

  /** What {@link #VERSION} reads as. */
  public static final int MAP_VERSION = 1;

  /** Bytes that all registers take. */
  public static final int BYTES = 0x8000;

  private final int offset;
  private final int words;
  private final Access access;
  private final String meaning;

  Register(int offset, int words, Access access, String meaning) {
    this.offset = offset;
    this.words = words;
    this.access = access;
    this.meaning = meaning;
  }

  /** Bytes from the beginning of the registers. */
  public int offset() {
    return offset;
  }

  /** How many registers of 32 bits it is. */
  public int words() {
    return words;
  }

  /** What the host may do. */
  public Access access() {
    return access;
  }

  /** What it says or does, for the document. */
  public String meaning() {
    return meaning;
  }

  /** The register at an offset, or null. */
  public static Register at(int offset) {
    for (Register register : values()) {
      if (offset >= register.offset && offset < register.offset + 4 * register.words) {
        return register;
      }
    }
    return null;
  }

  /** All of them as the table of the document. */
  public static String table() {
    StringBuilder table =
        new StringBuilder("| offset | register | words | | meaning |\n|---|---|---|---|---|\n");
    for (Register r : values()) {
      table.append(
          String.format(
              "| `0x%04x` | `%s` | %d | %s | %s |%n",
              r.offset, r.name(), r.words, r.access.text, r.meaning));
    }
    return table.toString();
  }
}
