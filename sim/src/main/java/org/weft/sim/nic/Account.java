package org.weft.sim.nic;

/** Where a core's issue slots went: one a clock. */
public final class Account {
  long issued;
  long packetData;
  long helper;
  long mapBank;
  long divider;
  long pipeline;
  long noPacket;

  /** Slots that executed a row. */
  public long issued() {
    return issued;
  }

  /** Slots in which a row was issued that reached for bytes that had not arrived. */
  public long packetData() {
    return packetData;
  }

  /** Slots in which contexts were there, but the half's waited for calls. */
  public long helper() {
    return helper;
  }

  /** The same for map values, and those in which an unlock waited for what was stored. */
  public long mapBank() {
    return mapBank;
  }

  /** The same for divisions. */
  public long divider() {
    return divider;
  }

  /** Slots in which all contexts of the half were in the pipeline. */
  public long pipeline() {
    return pipeline;
  }

  /** Slots in which a context was free, and no packet for it there. */
  public long noPacket() {
    return noPacket;
  }

  /** All slots. */
  public long total() {
    return issued + packetData + helper + mapBank + divider + pipeline + noPacket;
  }

  void add(Account other) {
    issued += other.issued;
    packetData += other.packetData;
    helper += other.helper;
    mapBank += other.mapBank;
    divider += other.divider;
    pipeline += other.pipeline;
    noPacket += other.noPacket;
  }

  /** What was counted since an earlier reading. */
  Account since(Account earlier) {
    Account difference = new Account();
    difference.issued = issued - earlier.issued;
    difference.packetData = packetData - earlier.packetData;
    difference.helper = helper - earlier.helper;
    difference.mapBank = mapBank - earlier.mapBank;
    difference.divider = divider - earlier.divider;
    difference.pipeline = pipeline - earlier.pipeline;
    difference.noPacket = noPacket - earlier.noPacket;
    return difference;
  }
}
