package org.weft.sim.kernel;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.weft.isa.RefusedException;
import org.weft.isa.xdp.ContextField;
import org.weft.sim.packet.PacketBuffer;

/**
 * {@code BPF_PROG_TEST_RUN} of an XDP program. The attributes:
 *
 * <pre>
 *   0 prog_fd      4 retval         8 data_size_in  12 data_size_out
 *  16 data_in u64                  24 data_out u64
 *  32 repeat      36 duration      40 ctx_size_in   44 ctx_size_out
 *  48 ctx_in u64                   56 ctx_out u64
 *  64 flags       68 cpu           72 batch_size
 * </pre>
 *
 * The contexts are {@code struct xdp_md}: going in, {@code data} is the length of the metadata at
 * the start of the data and {@code data_end} that of all data; coming out likewise. Nothing is
 * allocated for a packet.
 */
final class TestRun {
  /** The kernel takes no frame shorter than an Ethernet header. */
  static final int MIN_PACKET_BYTES = 14;

  private static final int ATTRIBUTE_BYTES = 80;

  private final NativeBlock attributes = NativeBlock.of(ATTRIBUTE_BYTES);
  private final NativeBlock contextIn = NativeBlock.of(ContextField.CONTEXT_BYTES);
  private final NativeBlock contextOut = NativeBlock.of(ContextField.CONTEXT_BYTES);
  private final NativeBlock dataIn = NativeBlock.of(PacketBuffer.BUFFER_BYTES);
  private final NativeBlock dataOut = NativeBlock.of(PacketBuffer.BUFFER_BYTES);

  TestRun() {
    ByteBuffer attr = attributes.bytes;
    attr.putLong(16, dataIn.address);
    attr.putLong(24, dataOut.address);
    attr.putInt(40, ContextField.CONTEXT_BYTES);
    attr.putLong(48, contextIn.address);
    attr.putLong(56, contextOut.address);
  }

  /** Why the kernel does not take such a packet, if it does not. */
  static Optional<String> refuses(PacketBuffer packet) {
    int metadata = packet.data - packet.dataMeta;
    if (packet.length() < MIN_PACKET_BYTES) {
      return Optional.of(
          "the kernel's test run takes no frame under "
              + MIN_PACKET_BYTES
              + " bytes, this one has "
              + packet.length());
    }
    if (packet.data != PacketBuffer.HEADROOM_BYTES
        || packet.dataEnd > PacketBuffer.HARD_END
        || metadata % 4 != 0
        || packet.dataMeta < PacketBuffer.RESERVED_BYTES) {
      return Optional.of("the kernel's test run takes only packets as they are received");
    }
    return Optional.empty();
  }

  /**
   * Runs a program.
   *
   * @return the raw r0
   */
  int run(int program, PacketBuffer packet, int repeat) {
    ByteBuffer attr = attributes.bytes;
    int metadata = packet.data - packet.dataMeta;
    int size = packet.dataEnd - packet.dataMeta;
    dataIn.bytes.put(0, packet.bytes, packet.dataMeta, size);
    ByteBuffer context = contextIn.bytes;
    context.putInt(0, metadata);
    context.putInt(4, size);
    context.putInt(12, packet.ingressIfindex);
    context.putInt(16, packet.rxQueueIndex);
    attr.putInt(0, program);
    attr.putInt(8, size);
    attr.putInt(12, PacketBuffer.BUFFER_BYTES);
    attr.putInt(32, repeat);
    attr.putInt(44, ContextField.CONTEXT_BYTES);
    long result = Bpf.command(Bpf.PROG_TEST_RUN, attributes, ATTRIBUTE_BYTES);
    if (result < 0) {
      throw new RefusedException(
          "packet "
              + packet.number
              + ": the kernel refuses to run the program on it: "
              + Errno.describe(result));
    }
    return attr.getInt(4);
  }

  /** Takes what the last run made of the packet: see {@link KernelEngine#run}. */
  void take(PacketBuffer packet) {
    int metadata = contextOut.bytes.getInt(0);
    int size = attributes.bytes.getInt(12);
    packet.data = PacketBuffer.HEADROOM_BYTES;
    packet.dataMeta = packet.data - metadata;
    packet.dataEnd = packet.dataMeta + size;
    dataOut.bytes.get(0, packet.bytes, packet.dataMeta, size);
  }

  /** Nanoseconds that the last run took, over its repeats. */
  long duration() {
    return Integer.toUnsignedLong(attributes.bytes.getInt(36));
  }
}
