package org.weft.sim.validate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.weft.sim.map.Little;
import org.weft.sim.map.MapTable;
import org.weft.sim.packet.PacketBuffer;

/**
 * All that decides what a program does: one packet, where and when it comes in, and what the maps
 * hold. Everything is bytes, so that a search may change any of it without knowing what it means.
 */
final class Scenario {
  // The context's fields, little-endian.
  static final int IFINDEX = 0;
  static final int QUEUE = 4;
  static final int CPU = 8;

  static final int TIME = 12;
  static final int NUMBER = 20;
  static final int CONTEXT_BYTES = 28;

  /** What fits the headroom. */
  static final int MAX_METADATA_BYTES = PacketBuffer.HEADROOM_BYTES - PacketBuffer.RESERVED_BYTES;

  private static final int MAX_QUEUE = 4095;
  private static final long DEFAULT_TIME = 1_700_000_000_000_000_000L;

  byte[] frame;

  /** What stands before the packet, a multiple of four bytes. */
  byte[] metadata;

  final byte[] context;
  final List<MapEntry> entries;

  private final int mostMetadata;

  private Scenario(
      byte[] frame, byte[] metadata, int mostMetadata, byte[] context, List<MapEntry> entries) {
    this.frame = frame;
    this.metadata = metadata;
    this.mostMetadata = mostMetadata;
    this.context = context;
    this.entries = entries;
  }

  /**
   * A frame on interface 1, queue 0, CPU 0, without metadata, with maps as the object has them.
   *
   * @param mostMetadata bytes of metadata that it may get
   */
  static Scenario of(byte[] frame, int mostMetadata) {
    byte[] context = new byte[CONTEXT_BYTES];
    Little.INT.set(context, IFINDEX, 1);
    Little.LONG.set(context, TIME, DEFAULT_TIME);
    return new Scenario(frame, new byte[0], mostMetadata, context, new ArrayList<>());
  }

  Scenario copy() {
    List<MapEntry> copies = new ArrayList<>(entries.size());
    for (MapEntry entry : entries) {
      copies.add(entry.copy());
    }
    return new Scenario(frame.clone(), metadata.clone(), mostMetadata, context.clone(), copies);
  }

  /** The context as it is when nothing is said. */
  static byte[] plainContext() {
    return of(new byte[0], 0).context;
  }

  /** Cuts the frame or appends zeros; no more than a buffer takes. */
  void resize(int length) {
    frame = Arrays.copyOf(frame, Math.max(0, Math.min(length, PacketBuffer.MAX_PACKET_BYTES)));
  }

  /** Makes the metadata so long, or nearly; what is new is counted up from 1. */
  void resizeMetadata(int length) {
    int old = metadata.length;
    metadata = Arrays.copyOf(metadata, Math.max(0, Math.min(length, mostMetadata)) / 4 * 4);
    for (int i = old; i < metadata.length; i++) {
      metadata[i] = (byte) (i + 1);
    }
  }

  int ifindex() {
    return Math.max(1, (int) Little.INT.get(context, IFINDEX) & Integer.MAX_VALUE);
  }

  int queue() {
    return (int) Little.INT.get(context, QUEUE) & MAX_QUEUE;
  }

  int cpu(int cpus) {
    return Integer.remainderUnsigned((int) Little.INT.get(context, CPU), cpus);
  }

  long time() {
    return (long) Little.LONG.get(context, TIME) & Long.MAX_VALUE;
  }

  /** Number of the packet, which random numbers follow from. */
  long number() {
    return (long) Little.LONG.get(context, NUMBER) & Integer.MAX_VALUE;
  }

  void set(int field, int value) {
    Little.INT.set(context, field, value);
  }

  void setTime(long ns) {
    Little.LONG.set(context, TIME, ns);
  }

  /** The entry of a key, or -1. */
  int find(int map, byte[] key) {
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i).map() == map && Arrays.equals(entries.get(i).key(), key)) {
        return i;
      }
    }
    return -1;
  }

  /** Adds an entry, or puts it in the place of the one with the same key. */
  void put(MapEntry entry) {
    int at = find(entry.map(), entry.key());
    if (at < 0) {
      entries.add(entry);
    } else {
      entries.set(at, entry);
    }
  }

  /** The packet's buffer as the program finds it. */
  void receive(PacketBuffer packet, int cpus) {
    packet.number = number();
    packet.ingressIfindex = ifindex();
    packet.rxQueueIndex = queue();
    packet.cpu = cpu(cpus);
    packet.timestampNs = time();
    packet.receive(frame, 0, frame.length);
    packet.dataMeta -= metadata.length;
    System.arraycopy(metadata, 0, packet.bytes, packet.dataMeta, metadata.length);
  }

  /** Puts the entries into maps that have their initial contents. */
  void fill(MapTable maps) {
    for (MapEntry entry : entries) {
      entry.put(maps);
    }
  }

  /** All that can be changed byte by byte: frame, values, context, metadata, keys. */
  List<byte[]> parts() {
    List<byte[]> parts = new ArrayList<>(3 + 2 * entries.size());
    parts.add(frame);
    for (MapEntry entry : entries) {
      parts.add(entry.value());
    }
    parts.add(context);
    parts.add(metadata);
    for (MapEntry entry : entries) {
      parts.add(entry.key());
    }
    return parts;
  }
}
