package org.weft.sim.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.InputException;
import org.weft.isa.RefusedException;
import org.weft.isa.xdp.MapDefinition;
import org.weft.sim.engine.Engine;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.map.MapContents;
import org.weft.sim.map.MapStore;
import org.weft.sim.network.Network;
import org.weft.sim.packet.PacketBuffer;

/**
 * The running Linux kernel as an engine: maps and program are created through {@code bpf(2)}, each
 * packet is one {@code BPF_PROG_TEST_RUN}.
 *
 * <p>All of it happens on one thread in a network namespace of its own, pinned to the packet's CPU,
 * in which the interfaces that packets and device maps name are made as needed. Time and random
 * helpers give what they give in the other engines ({@link FixedHelpers}).
 *
 * <p>A test run shows verdict, packet, metadata and maps. It does not show where a redirect goes:
 * {@link PacketBuffer#redirectIfindex} and its like stay unset, and {@code XDP_REDIRECT} and {@code
 * XDP_TX} send nothing. An engine may be used by several threads, one at a time.
 */
public final class KernelEngine implements Engine {
  private final NamespaceThread thread;
  private final Bpf bpf = new Bpf();
  private final TestRun testRun = new TestRun();
  private final Netlink netlink = new Netlink();
  private final Interfaces interfaces = new Interfaces(netlink);
  private final LoadedPrograms programs;
  private final KernelMaps maps;
  private final MapStore view = new View();
  private final Runnable runCurrent = this::runCurrent;
  private int program;

  private PacketBuffer current;
  private int repeat;
  private int result;
  private int lastIfindex = Interfaces.LOOPBACK;
  private int lastQueue;

  private KernelEngine(NamespaceThread thread, XdpObject object, EngineOptions options) {
    this.thread = thread;
    this.programs = new LoadedPrograms(bpf, object, this::descriptor, options.seed());
    this.maps = new KernelMaps(bpf, interfaces, programs, Cpus.possible());
  }

  private int descriptor(int map) {
    return maps.descriptor(map);
  }

  /** Why the engine cannot be used here, in one line, or empty when it can. */
  public static Optional<String> unavailable() {
    return Optional.ofNullable(Availability.reason());
  }

  /** How many CPUs per-CPU maps of this kernel have values for. */
  public static int cpus() {
    return Cpus.possible();
  }

  /**
   * An engine with the object's maps, in which the program is loaded. Other programs are loaded
   * when they are put into a program array.
   *
   * @throws RefusedException when the engine is {@link #unavailable} or the kernel refuses a map or
   *     the program; in the latter case a {@link VerifierRefusal}
   * @throws InputException when the machine has no such CPU, or an interface cannot be made
   */
  public static KernelEngine open(
      XdpObject object, Program program, EngineOptions options, KernelOptions kernel) {
    Optional<String> reason = unavailable();
    if (reason.isPresent()) {
      throw new RefusedException("the kernel engine is not available: " + reason.get());
    }
    long[] started = new long[1];
    NamespaceThread thread = NamespaceThread.start(started);
    if (thread == null) {
      throw new RefusedException(
          "the kernel gives no further network namespace: " + Errno.describe(started[0]));
    }
    KernelEngine engine = new KernelEngine(thread, object, options);
    try {
      thread.run(() -> engine.prepare(object, program, options.network(), kernel));
      return engine;
    } catch (RuntimeException | Error e) {
      engine.close();
      throw e;
    }
  }

  private void prepare(XdpObject object, Program main, Network network, KernelOptions options) {
    pin(options.cpu());
    new Routing(netlink, interfaces).make(network, options.ifindex(), options.queue());
    interfaces.require(options.ifindex(), options.queue());
    options.ifindexes().forEach(ifindex -> interfaces.require(ifindex, 0));
    object.maps().forEach(maps::add);
    program = programs.get(main).fd();
    maps.addReferences();
  }

  private void pin(int cpu) {
    long pinned = thread.pin(cpu);
    if (pinned < 0) {
      throw new InputException(
          "the kernel engine cannot run on CPU "
              + cpu
              + ": "
              + Errno.describe(pinned)
              + "; this machine has CPUs "
              + Cpus.online());
    }
  }

  @Override
  public String name() {
    return "kernel";
  }

  /**
   * {@inheritDoc}
   *
   * <p>The kernel does not say where in its buffer the packet ended up. So the packet is then at
   * {@link PacketBuffer#HEADROOM_BYTES} with its metadata in front, and only the bytes and lengths
   * of the two can be compared.
   *
   * @throws RefusedException when the kernel does not take the packet: see {@link #incomparable}
   * @throws InputException when there is no such CPU, interface or queue
   */
  @Override
  public int run(PacketBuffer packet) {
    return run(packet, 1);
  }

  private int run(PacketBuffer packet, int repeats) {
    current = packet;
    repeat = repeats;
    thread.run(runCurrent);
    return result;
  }

  private void runCurrent() {
    PacketBuffer packet = current;
    Optional<String> refused = TestRun.refuses(packet);
    if (refused.isPresent()) {
      throw new RefusedException("packet " + packet.number + ": " + refused.get());
    }
    pin(packet.cpu);
    if (packet.ingressIfindex != lastIfindex || packet.rxQueueIndex != lastQueue) {
      interfaces.require(packet.ingressIfindex, packet.rxQueueIndex);
      lastIfindex = packet.ingressIfindex;
      lastQueue = packet.rxQueueIndex;
    }
    programs.prepare(packet);
    result = testRun.run(program, packet, repeat);
    maps.drainRings();
    if (repeat == 1) {
      testRun.take(packet);
      packet.redirectIfindex = 0;
      packet.redirectMap = -1;
      packet.redirectKey = 0;
    }
  }

  /**
   * The kernel's own measure of the program's time on a packet, in nanoseconds, rounded down. The
   * packet stays as it is here, but each repeat gets what the one before made of it: a program that
   * adds a header soon finds no headroom. Maps change as with any run.
   *
   * @param repeat runs to take the mean of, at least 1
   */
  public long nanosPerPacket(PacketBuffer packet, int repeat) {
    long[] nanos = new long[1];
    PacketBuffer copy = new PacketBuffer();
    copy.receive(packet.bytes, packet.data, packet.length());
    copy.ingressIfindex = packet.ingressIfindex;
    copy.rxQueueIndex = packet.rxQueueIndex;
    copy.cpu = packet.cpu;
    copy.timestampNs = packet.timestampNs;
    copy.number = packet.number;
    run(copy, Math.max(repeat, 1));
    thread.run(() -> nanos[0] = testRun.duration());
    return nanos[0];
  }

  @Override
  public boolean isForeign() {
    return true;
  }

  @Override
  public Optional<String> refuses(PacketBuffer packet) {
    return TestRun.refuses(packet);
  }

  @Override
  public Optional<String> incomparable(PacketBuffer packet) {
    Optional<String> refused = TestRun.refuses(packet);
    return refused.isPresent() ? refused : Optional.ofNullable(programs.notFixed());
  }

  @Override
  public Optional<String> incomparable(int map) {
    return onThread(() -> maps.incomparable(map));
  }

  @Override
  public MapStore maps() {
    return view;
  }

  /** Closes descriptors and ends the thread; the network namespace goes with it. */
  @Override
  public void close() {
    if (thread.isOpen()) {
      thread.run(this::release);
      thread.close();
    }
  }

  private void release() {
    programs.close();
    maps.close();
    netlink.close();
  }

  private <T> T onThread(Supplier<T> work) {
    List<T> got = new ArrayList<>(1);
    thread.run(() -> got.add(work.get()));
    return got.get(0);
  }

  /** The maps as others see them: every call goes to the engine's thread. */
  private final class View implements MapStore {
    @Override
    public List<MapDefinition> definitions() {
      return onThread(maps::definitions);
    }

    @Override
    public void put(int map, byte[] key, byte[] value) {
      thread.run(() -> maps.put(map, key, value));
    }

    @Override
    public int putReference(int map, byte[] key, String target) {
      return onThread(() -> maps.putReference(map, key, target));
    }

    @Override
    public MapContents contents(int map) {
      return onThread(() -> maps.contents(map));
    }
  }
}
