package org.weft.sim.kernel;

import java.util.List;
import org.weft.compiler.ebpf.Encoder;
import org.weft.compiler.ebpf.Parser;
import org.weft.isa.RefusedException;
import org.weft.isa.xdp.MapType;
import org.weft.sim.packet.PacketBuffer;

/** Finds out whether this system lets XDP programs be test-run, by doing it once. */
final class Availability {
  private static final int MEMLOCK = 8;
  private static final String PERMISSION =
      ": run as root, or with CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON and CAP_SYS_ADMIN";

  /** Made when first asked for; the answer does not change while the JVM runs. */
  private static final class Answer {
    static final String REASON = find();

    private Answer() {}
  }

  private Availability() {}

  /** Why not, in one line, or null. */
  static String reason() {
    return Answer.REASON;
  }

  private static String find() {
    String missing = SystemCall.missing();
    if (missing != null) {
      return missing;
    }
    long[] result = new long[1];
    try (NamespaceThread thread = NamespaceThread.start(result)) {
      if (thread == null) {
        return "no network namespace can be made: " + described(result[0]);
      }
      String[] reason = new String[1];
      thread.run(() -> reason[0] = tryRun());
      return reason[0];
    }
  }

  private static String tryRun() {
    Bpf bpf = new Bpf();
    int map = createMap(bpf);
    if (Errno.EPERM.is(map)) {
      // Before Linux 5.11 maps count as locked memory.
      NativeBlock unlimited = NativeBlock.of(16);
      unlimited.bytes.putLong(0, -1).putLong(8, -1);
      SystemCall.PRLIMIT64.call(0, MEMLOCK, unlimited.address);
      map = createMap(bpf);
    }
    if (map < 0) {
      return "bpf() makes no map: " + described(map);
    }
    SystemCall.CLOSE.call(map);
    byte[] code = Encoder.encode(Parser.parse("r0 = 2\nexit"));
    int program = bpf.loadProgram(code, "", "weft_probe", 0, 0, null, List.of());
    if (program < 0) {
      return "bpf() loads no XDP program: " + described(program);
    }
    try {
      PacketBuffer packet = new PacketBuffer();
      packet.receive(new byte[64], 0, 64);
      new TestRun().run(program, packet, 1);
      return null;
    } catch (RefusedException e) {
      return "BPF_PROG_TEST_RUN with a context fails, it needs Linux 5.15 or newer: "
          + e.getMessage();
    } finally {
      SystemCall.CLOSE.call(program);
    }
  }

  private static int createMap(Bpf bpf) {
    return bpf.createMap(MapType.ARRAY.number(), 4, 4, 1, 0, 0, "weft_probe");
  }

  private static String described(long result) {
    boolean permission = Errno.EPERM.is(result) || Errno.EACCES.is(result);
    return Errno.describe(result) + (permission ? PERMISSION : "");
  }
}
