package org.weft.sim.nic;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import org.weft.isa.control.Register;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.RandomNumbers;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.map.MapTable;
import org.weft.sim.network.NetworkMaps;
import org.weft.sim.packet.PacketBuffer;

/**
 * A NIC: {@link #step} is one clock. What it does in which clock is docs/microarchitecture.md.
 *
 * <p>Parts are stepped against the stream, so that each sees what the one before it had done by the
 * end of the last clock.
 */
public final class Nic {
  private final MachineSpec machine;
  private final NicOptions options;
  private final MapTable maps;
  private final MapPlaces places;
  private final Source source;
  private final Core[] cores;

  /** By bank of row memory; and how often rows were executed that were in one before. */
  private final LoadedProgram[] programs = new LoadedProgram[2];

  private long[] executed = {};
  private final MapMemory mapMemory;
  private final Tables tables;
  private final RingUnit rings;

  /** Network ports, then the host's. */
  private final Port[] ports;

  /** By network port: its packets in the order in which they went to cores; the one that leaves. */
  private final Fifo<Packet>[] order;

  private final Packet[] forwarding;

  /** The halves of all cores, and for each core which one gets the next packet. */
  private final Half[] halves;

  private final int[] nextHalf;
  private final boolean[] taken;

  /** The outputs that packets have left in this clock. */
  private final boolean[] given;

  private Packet dispatching;

  /** Whether the flow of a packet decides on its CPU; clocks until it is known. */
  private final boolean isByFlow;

  private final int hashClocks;

  private int lastPort;
  private int firstOrdered;
  private long dispatched;
  private final ArrayDeque<Packet> pool = new ArrayDeque<>();
  private final long[] fates = new long[Fate.values().length];

  /** By bank and ingress port. */
  private final long[][][] counters;

  /** By interface: its port, or a number below zero. */
  private final int[] portOf = new int[MAX_INTERFACES + 1];

  private final ControlPlane control;
  private final EventUnit events;
  private final ProgramBanks banks;

  /** By bank: packets between the dispatcher and the ways out. */
  private final int[] held = new int[2];

  private long received;
  private long now;

  /**
   * A NIC that runs the first program of an image on packets of a source.
   *
   * @throws org.weft.isa.InputException when a map cannot be made
   */
  @SuppressWarnings({"unchecked", "rawtypes"})
  public Nic(ProgramImage image, NicOptions options, EngineOptions engine, Source source) {
    this.options = options;
    this.source = source;
    machine = image.machine();
    isByFlow = machine.dispatch() == MachineSpec.Dispatch.FLOW_HASH;
    hashClocks = isByFlow ? HASH_CLOCKS : 0;
    List<String> names = image.entries().stream().map(ProgramImage.Entry::program).toList();
    maps = MapTable.ofNic(image.maps(), names, engine.cpus(), machine);
    NetworkMaps.fill(engine.network(), maps);
    places = new MapPlaces(maps, machine);
    Mailbox mailbox = new Mailbox(machine, places);
    LoadedProgram program = LoadedProgram.of(image);
    programs[0] = program;
    events = new EventUnit(machine.cores(), machine.portQueueBytes());
    cores = new Core[machine.cores()];
    Outbox values = new Outbox(cores.length, CoreRequests.POSTED + 2 * machine.threads());
    TableQueues calls = new TableQueues(cores.length, machine.threads());
    Outbox records = new Outbox(cores.length, machine.threads());
    for (int i = 0; i < cores.length; i++) {
      CoreRequests requests =
          new CoreRequests(i, machine.threads(), values, calls, records, places, events);
      cores[i] = new Core(requests, places, image, program, maps, engine, source);
    }
    MemoryPort port = new MemoryPort(options.memoryLatency());
    mapMemory = new MapMemory(values, cores.length, machine.mapBanks(), machine.threads(), port);
    rings = new RingUnit(records, mapMemory.headers());
    tables = new Tables(calls, machine.tableEngines(), mapMemory, port, places, mailbox);
    ports = new Port[machine.ports() + 1];
    for (int i = 0; i < ports.length; i++) {
      ports[i] = new Port(machine);
    }
    order = new Fifo[machine.ports()];
    for (int i = 0; i < order.length; i++) {
      order[i] = new Fifo<>(ordered());
    }
    forwarding = new Packet[machine.ports()];
    taken = new boolean[ports.length];
    given = new boolean[ports.length];
    nextHalf = new int[cores.length];
    halves = new Half[2 * cores.length];
    Arrays.setAll(halves, i -> cores[i >> 1].memory().half(i & 1));
    counters = new long[2][machine.ports()][fates.length];
    for (int i = 1; i < portOf.length; i++) {
      portOf[i] = (i - 1) % machine.ports();
    }
    banks = new ProgramBanks(image, this);
    control =
        new ControlPlane(this, image.entries(), places, mapMemory, banks, mailbox, events, portOf);
    control.write(Register.RANDOM_SEED.offset(), RandomNumbers.seed(engine.seed()));
  }

  /** The NIC's registers. */
  public ControlPlane control() {
    return control;
  }

  /** Gives it the host's memory; before it has none, and what it writes there is lost. */
  public void connect(HostMemory memory) {
    events.connect(memory);
  }

  /** Packets that can be between dispatcher and reordering. */
  private int ordered() {
    int queued = 2 * machine.coreQueueBytes() / machine.busBytes() + 256;
    return machine.cores() * 2 * (queued + machine.buffers());
  }

  /** The NIC's maps. */
  public MapTable maps() {
    return maps;
  }

  /** The machine. */
  public MachineSpec machine() {
    return machine;
  }

  /** Clocks since the beginning. */
  public long now() {
    return now;
  }

  /** Packets whose first beat has come in. */
  public long received() {
    return received;
  }

  /** Packets that have met this fate. */
  public long count(Fate fate) {
    return fates[fate.ordinal()];
  }

  /** Packets that came in on this port and have met this fate, their program in this bank. */
  long count(int bank, int port, Fate fate) {
    return counters[bank][port][fate.ordinal()];
  }

  /** Random numbers follow from another seed from the next clock on. */
  void seed(int seed) {
    for (Core core : cores) {
      core.seed(seed);
    }
  }

  /** Packets between the dispatcher and the ways out whose program is in this bank. */
  int held(int bank) {
    return held[bank];
  }

  /** Gives all cores a program. */
  void load(int bank, LoadedProgram program) {
    if (programs[bank] != null) {
      executed = sum(executed, programs[bank].executed);
    }
    programs[bank] = program;
    for (Core core : cores) {
      core.load(bank, program);
    }
  }

  /** Whether nothing is between the dispatcher and the ways out, stores included. */
  boolean isIdle() {
    for (Core core : cores) {
      if (!core.memory().half(0).isEmpty()
          || !core.memory().half(1).isEmpty()
          || core.hasPosted()) {
        return false;
      }
    }
    return dispatching == null;
  }

  /** Packets that came in and have met no fate yet. */
  public long inFlight() {
    long ended = 0;
    for (long count : fates) {
      ended += count;
    }
    return received - ended;
  }

  /** Whether all packets have met their fate and all they stored is in the maps. */
  public boolean isQuiet() {
    if (inFlight() > 0) {
      return false;
    }
    for (Core core : cores) {
      if (core.hasPosted()) {
        return false;
      }
    }
    return mapMemory.isQuiet(now);
  }

  /** Where the issue slots of all cores went. */
  public Account account() {
    Account sum = new Account();
    for (Core core : cores) {
      sum.add(core.account);
    }
    return sum;
  }

  /** How often each row was executed, in all cores, by programs of both banks. */
  public long[] executed() {
    long[] sum = executed;
    for (LoadedProgram program : programs) {
      sum = program == null ? sum : sum(sum, program.executed);
    }
    for (Core core : cores) {
      core.discountAhead(sum);
    }
    return sum;
  }

  private static long[] sum(long[] a, long... b) {
    long[] sum = Arrays.copyOf(a, Math.max(a.length, b.length));
    for (int i = 0; i < b.length; i++) {
      sum[i] += b[i];
    }
    return sum;
  }

  /** Accesses of map values that banks have done. */
  public long mapAccesses() {
    return mapMemory.accesses();
  }

  /** Clocks that requests for map values waited for their bank. */
  public long mapConflicts() {
    return mapMemory.conflicts();
  }

  /** Calls that table engines have taken. */
  public long tableCalls() {
    return tables.calls();
  }

  /** Tells somebody of each row from now on. */
  public void observe(RowObserver observer) {
    for (int i = 0; i < cores.length; i++) {
      cores[i].observe(i, observer);
    }
  }

  Core core(int number) {
    return cores[number];
  }

  Port port(int number) {
    return ports[number];
  }

  /** One clock. */
  public void step() {
    now++;
    control.begin();
    for (int i = 0; i < ports.length; i++) {
      if (ports[i].offers() && source.takes(i, now)) {
        Packet sent = ports[i].send();
        if (sent != null) {
          end(sent, sent.fate);
        }
      }
    }
    reorder();
    for (Core core : cores) {
      core.step(now);
    }
    events.step(now);
    mapMemory.step(now);
    rings.step(now);
    tables.step(now);
    dispatch();
    for (int i = 0; i < machine.ports(); i++) {
      receive(i);
    }
    for (Port port : ports) {
      port.commit();
    }
    control.step();
  }

  private void end(Packet packet, Fate fate) {
    packet.end(fate, now);
    fates[fate.ordinal()]++;
    counters[packet.bank][packet.port][fate.ordinal()]++;
    source.done(packet);
    pool.push(packet);
  }

  private void receive(int number) {
    Port port = ports[number];
    if (port.isIdle()) {
      Frame frame = source.next(number, now, port.hasRoom());
      if (frame == null) {
        return;
      }
      Packet packet = pool.isEmpty() ? new Packet() : pool.pop();
      packet.begin(frame, number, received, now);
      received++;
      port.begin(packet);
    }
    Packet refused = port.receive(now);
    if (refused != null) {
      refused.bank = banks.running();
      end(refused, refused.fate);
    }
  }

  private void reorder() {
    for (int i = 0; i < taken.length; i++) {
      taken[i] &= !given[i];
      given[i] = false;
    }
    firstOrdered = firstOrdered + 1 == order.length ? 0 : firstOrdered + 1;
    for (int i = 0; i < order.length; i++) {
      int port = firstOrdered + i;
      reorder(port >= order.length ? port - order.length : port);
    }
  }

  private void reorder(int port) {
    Packet packet = forwarding[port];
    if (packet == null) {
      if (order[port].isEmpty()) {
        return;
      }
      packet = order[port].head();
      Half half = packet.half;
      if (!packet.drains || !half.isNext(packet, now)) {
        return;
      }
      Fate dropped = packet.leaves() ? route(packet) : packet.fate;
      if (dropped != null) {
        if (half.ready(packet, now) < packet.leaving) {
          return;
        }
        order[port].remove();
        half.left(packet, now);
        held[packet.bank]--;
        end(packet, dropped);
        return;
      }
      if (taken[packet.output]) {
        return;
      }
      order[port].remove();
      forwarding[port] = packet;
      taken[packet.output] = true;
      ports[packet.output].add(packet);
    }
    int bus = machine.busBytes();
    int ready = packet.half.ready(packet, now);
    int whole = ready == packet.leaving ? ready : ready & -bus;
    int forwarded = Math.min(packet.forwarded + bus, whole);
    ports[packet.output].forward(forwarded - packet.forwarded);
    packet.forwarded = forwarded;
    if (packet.forwarded == packet.leaving) {
      packet.half.left(packet, now);
      held[packet.bank]--;
      forwarding[port] = null;
      given[packet.output] = true;
    }
  }

  /** Finds a packet's way out; why it has none, or null. */
  private Fate route(Packet packet) {
    int host = machine.ports();
    int output =
        switch (packet.fate) {
          case TX -> packet.port;
          case REDIRECT -> redirected(packet.data);
          default -> host;
        };
    if (output < 0) {
      return Fate.NO_PORT;
    }
    packet.output = output;
    return ports[output].hasRoomFor(packet) ? null : Fate.OUTPUT_OVERFLOW;
  }

  private int redirected(PacketBuffer data) {
    if (data.redirectIfindex > 0) {
      int target = data.redirectIfindex <= MAX_INTERFACES ? portOf[data.redirectIfindex] : -1;
      return target < machine.ports() ? target : Core.NONE;
    }
    return data.redirectMap >= 0 ? machine.ports() : Core.NONE;
  }

  private void dispatch() {
    if (dispatching == null && control.runs()) {
      int port = lastPort;
      for (int i = 0; i < order.length && dispatching == null; i++) {
        port = port + 1 == order.length ? 0 : port + 1;
        Packet packet = ports[port].waiting();
        if (packet != null && now > packet.whole + hashClocks && begin(packet)) {
          ports[port].take();
          order[port].add(packet);
          lastPort = port;
          dispatching = packet;
        }
      }
    }
    Packet packet = dispatching;
    if (packet != null) {
      packet.dispatched = Math.min(packet.dispatched + machine.busBytes(), packet.bytes);
      if (packet.dispatched == packet.bytes) {
        ports[packet.port].dispatched(packet);
        dispatching = null;
      }
    }
  }

  /** Gives a packet its logical CPU and core; whether that has room. */
  private boolean begin(Packet packet) {
    if (options.chosenCpu()) {
      packet.data = packet.data == null ? source.buffer(packet) : packet.data;
      packet.cpu = packet.data.cpu;
    } else if (!isByFlow) {
      packet.cpu = (int) (dispatched % machine.cpus());
    } else if (packet.cpu < 0) {
      packet.cpu = packet.frame.flow() % machine.cpus();
    }
    int core = packet.cpu % cores.length;
    int which = nextHalf[core];
    Half half = halves[core << 1 | which];
    if (!half.hasRoomFor(packet.bytes, now)) {
      return false;
    }
    nextHalf[core] = which ^ 1;
    dispatched++;
    packet.bank = banks.running();
    held[packet.bank]++;
    half.begin(packet, now);
    return true;
  }

  private static final int MAX_INTERFACES = 64;
  private static final int HASH_CLOCKS = 2;
}
