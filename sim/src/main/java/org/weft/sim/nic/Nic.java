package org.weft.sim.nic;

import java.util.List;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.map.MapTable;
import org.weft.sim.rows.RowThread;

/** The NIC: {@link #step} is one clock. */
final class Nic {
  private final MachineSpec machine;
  private final NicOptions options;
  private final MapTable maps;
  private final Core[] cores;
  private final MapMemory mapMemory;
  private final Tables tables;

  /** By port: stored or being stored; halves of cores that its packets went to, in order. */
  private final Fifo<Packet>[] input;

  private final int[] inputBytes;
  private final Fifo<Packet>[] order;
  private final Packet[] forwarding;

  /** By port, the host last. */
  private final Fifo<Packet>[] output;

  private final int[] outputBytes;
  private final int[] nextHalf;
  private Packet dispatching;
  private int lastPort;
  private long dispatched;
  private final Fifo<Packet> finished = new Fifo<>(4096);
  private long now;

  @SuppressWarnings({"unchecked", "rawtypes"})
  Nic(ProgramImage image, NicOptions options, EngineOptions engine) {
    this.options = options;
    machine = image.machine();
    List<String> programs = image.entries().stream().map(ProgramImage.Entry::program).toList();
    maps = new MapTable(image.maps(), programs, engine.cpus());
    RowThread.Code code = new RowThread.Code(image);
    cores = new Core[machine.cores()];
    for (int i = 0; i < cores.length; i++) {
      cores[i] = new Core(i, machine, options, image, code, maps, engine.seed());
    }
    mapMemory = new MapMemory(cores, options.mapBanks());
    tables = new Tables(cores, options.tableEngines());
    int ports = options.ports();
    input = new Fifo[ports];
    order = new Fifo[ports];
    forwarding = new Packet[ports];
    inputBytes = new int[ports];
    output = new Fifo[ports + 1];
    outputBytes = new int[ports + 1];
    for (int i = 0; i <= ports; i++) {
      output[i] = new Fifo<>(4096);
      if (i < ports) {
        input[i] = new Fifo<>(4096);
        order[i] = new Fifo<>(8192);
      }
    }
    nextHalf = new int[cores.length];
  }

  MapTable maps() {
    return maps;
  }

  Core core(int number) {
    return cores[number];
  }

  MapMemory mapMemory() {
    return mapMemory;
  }

  Tables tables() {
    return tables;
  }

  long now() {
    return now;
  }

  /** Whether a packet's first beat may come in. */
  boolean accepts(int port, int bytes) {
    return inputBytes[port] + bytes <= options.inputQueueBytes();
  }

  /** A packet begins to come in; its beats follow one a clock, see {@link #beat}. */
  void begin(Packet packet) {
    inputBytes[packet.port] += packet.bytes;
    input[packet.port].add(packet);
  }

  void beat(Packet packet) {
    packet.stored = Math.min(packet.stored + machine.busBytes(), packet.bytes);
  }

  /** Packets that have met their fate, in any order; taken out by the caller. */
  Fifo<Packet> finished() {
    return finished;
  }

  void step() {
    now++;
    for (int i = 0; i < output.length; i++) {
      send(i);
    }
    for (int i = 0; i < order.length; i++) {
      reorder(i);
    }
    for (Core core : cores) {
      core.step(now);
    }
    mapMemory.step(now);
    tables.step(now);
    dispatch();
  }

  private void send(int port) {
    Fifo<Packet> queue = output[port];
    if (queue.isEmpty()) {
      return;
    }
    Packet packet = queue.head();
    packet.sent = Math.min(packet.sent + machine.busBytes(), packet.forwarded);
    if (packet.sent == packet.leaving) {
      queue.remove();
      outputBytes[port] -= packet.leaving;
      packet.ended = now;
      finished.add(packet);
    }
  }

  private void reorder(int port) {
    Packet packet = forwarding[port];
    if (packet == null) {
      if (order[port].isEmpty()) {
        return;
      }
      packet = order[port].head();
      Half half = cores[packet.half >> 1].half(packet.half & 1);
      if (half.leaving() != packet) {
        return;
      }
      if (!packet.leaves()) {
        order[port].remove();
        half.left(packet);
        packet.ended = now;
        finished.add(packet);
        return;
      }
      int to = outputPort(packet);
      if (outputBytes[to] + packet.leaving > options.outputQueueBytes()) {
        return;
      }
      order[port].remove();
      forwarding[port] = packet;
      outputBytes[to] += packet.leaving;
      output[to].add(packet);
    }
    packet.forwarded = Math.min(packet.forwarded + machine.busBytes(), packet.drained);
    if (packet.forwarded == packet.leaving) {
      cores[packet.half >> 1].half(packet.half & 1).left(packet);
      forwarding[port] = null;
    }
  }

  private int outputPort(Packet packet) {
    return packet.verdict == 2 ? options.ports() : packet.port;
  }

  private void dispatch() {
    if (dispatching == null) {
      for (int i = 1; i <= input.length; i++) {
        int port = (lastPort + i) % input.length;
        if (!input[port].isEmpty() && input[port].head().stored == input[port].head().bytes) {
          if (begin(port)) {
            lastPort = port;
            break;
          }
        }
      }
    }
    if (dispatching != null) {
      dispatching.dispatched =
          Math.min(dispatching.dispatched + machine.busBytes(), dispatching.bytes);
      if (dispatching.dispatched == dispatching.bytes) {
        inputBytes[dispatching.port] -= dispatching.bytes;
        dispatching = null;
      }
    }
  }

  private boolean begin(int port) {
    Packet packet = input[port].head();
    int cpu = (int) (dispatched % machine.cpus());
    int core = cpu % cores.length;
    int number = nextHalf[core];
    Half half = cores[core].half(number);
    if (!half.hasRoomFor(packet.bytes)) {
      return false;
    }
    input[port].remove();
    nextHalf[core] = number ^ 1;
    dispatched++;
    packet.data.cpu = cpu;
    packet.half = core << 1 | number;
    half.begin(packet);
    order[port].add(packet);
    dispatching = packet;
    return true;
  }
}
