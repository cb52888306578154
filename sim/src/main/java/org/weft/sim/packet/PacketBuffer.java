package org.weft.sim.packet;

import java.util.Arrays;
import org.weft.isa.InputException;
import org.weft.isa.machine.MachineSpec;

/**
 * One packet in its buffer, as Linux lays it out for XDP: a page of 4,096 bytes whose first 256 are
 * headroom and whose last 320 ({@code struct skb_shared_info}) no packet may reach. Engines change
 * it in place. Addresses are byte offsets in the buffer.
 *
 * <p>Fields are plain and public: engines touch them for every instruction, and the buffer is
 * reused for every packet.
 */
public final class PacketBuffer {
  /** Size of the buffer. */
  public static final int BUFFER_BYTES = 4096;

  /** {@code XDP_PACKET_HEADROOM}: where a received packet begins. */
  public static final int HEADROOM_BYTES = 256;

  /** Bytes at the start of the headroom that belong to {@code struct xdp_frame}. */
  public static final int RESERVED_BYTES = 40;

  /** Where the packet must end at the latest. */
  public static final int HARD_END = BUFFER_BYTES - 320;

  /** The largest packet that can be received, 3,520 bytes. */
  public static final int MAX_PACKET_BYTES = HARD_END - HEADROOM_BYTES;

  /** A redirect's map and key, or its interface, that the engine does not show. */
  public static final int UNKNOWN_MAP = -2;

  public static final int UNKNOWN_INTERFACE = -2;

  /** The buffer. */
  public final byte[] bytes = new byte[BUFFER_BYTES];

  /** Where the metadata begins; equal to {@link #data} when there is none. */
  public int dataMeta;

  /** Where packet or metadata began at the earliest so far: before that, headroom is zero. */
  public int front;

  /** Where the packet begins. */
  public int data;

  /** Where the packet ends (exclusive). */
  public int dataEnd;

  /** Where metadata can begin at the earliest, and where the packet must end at the latest. */
  public int first = RESERVED_BYTES;

  public int last = HARD_END;

  /** Interface the packet came in on. */
  public int ingressIfindex = 1;

  /** Receive queue the packet came in on. */
  public int rxQueueIndex;

  /** Interface that a devmap program sends to; 0 elsewhere. */
  public int egressIfindex;

  /** Logical CPU that runs the program. */
  public int cpu;

  /** Arrival time in nanoseconds: what the time helpers return. */
  public long timestampNs;

  /** Number of the packet in its trace, from 0. */
  public long number;

  /** Result: interface a redirect goes to, or 0 when it goes to none. */
  public int redirectIfindex;

  /** Result: index of the map a redirect went through, or -1. */
  public int redirectMap = -1;

  /** Result: key in the map a redirect went through. */
  public int redirectKey;

  /**
   * Result: whether a helper found no room before or behind the packet where Linux has some: that
   * of {@link #holdIn}'s machine ended there.
   */
  public boolean confined;

  /**
   * Takes a received frame: copies it behind the headroom and resets bounds and results. The
   * headroom is zero; bytes behind the frame are what they were.
   *
   * @throws InputException when it is longer than {@link #MAX_PACKET_BYTES}
   */
  public void receive(byte[] frame, int offset, int length) {
    if (length > MAX_PACKET_BYTES) {
      throw new InputException(
          "packet "
              + number
              + ": "
              + length
              + " bytes; at most "
              + MAX_PACKET_BYTES
              + " fit a buffer: cut the trace to that length");
    }
    Arrays.fill(bytes, 0, HEADROOM_BYTES, (byte) 0);
    System.arraycopy(frame, offset, bytes, HEADROOM_BYTES, length);
    data = HEADROOM_BYTES;
    dataMeta = data;
    front = data;
    dataEnd = data + length;
    redirectIfindex = 0;
    redirectMap = -1;
    redirectKey = 0;
    confined = false;
  }

  /**
   * Says that packets are in buffers of a machine: nothing is before or behind them. Of several
   * machines, the smallest buffer counts.
   */
  public void holdIn(MachineSpec machine) {
    int headroom = Math.min(machine.headroomBytes(), HEADROOM_BYTES - RESERVED_BYTES);
    first = Math.max(first, HEADROOM_BYTES - headroom);
    last = Math.min(last, HEADROOM_BYTES + machine.frameBytes());
  }

  /** Whether metadata or packet may begin there; if not, {@link #confined} may be set. */
  public boolean hasRoomBefore(long begin) {
    confined |= begin < first && begin >= RESERVED_BYTES;
    return begin >= first;
  }

  /** Whether the packet may end there; if not, {@link #confined} may be set. */
  public boolean hasRoomBehind(long end) {
    confined |= end > last && end <= HARD_END;
    return end <= last;
  }

  /** Bytes of the packet. */
  public int length() {
    return dataEnd - data;
  }
}
