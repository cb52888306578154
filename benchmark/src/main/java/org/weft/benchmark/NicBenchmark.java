package org.weft.benchmark;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.weft.isa.machine.MachineSpec;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.nic.Frame;
import org.weft.sim.nic.Nic;
import org.weft.sim.nic.NicOptions;
import org.weft.sim.nic.Packet;
import org.weft.sim.nic.Source;
import org.weft.sim.packet.PacketBuffer;

/**
 * Simulated clocks in a microsecond, that is million clocks a second, of a machine fully loaded.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
    value = 1,
    jvmArgs = {"-XX:+UseSerialGC", "-XX:-UseCompressedOops"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class NicBenchmark {
  private static final int CLOCKS = 1000;

  /** The program. */
  @Param({
    "firewall",
    "router-ipv4",
    "iptunnel",
    "count-protocol-tx",
    "redirect-map",
    "drop",
    "tx",
    "load-balancer"
  })
  public String program;

  /** The machine; the other presets with {@code -p machine=hxdp}. */
  @Param("nic100")
  public String machine;

  private Nic nic;

  /** Gives the frames over and over, whenever there is room. */
  private static final class Flood implements Source {
    private final Frame[] frames;
    private final ArrayDeque<PacketBuffer> pool = new ArrayDeque<>();
    private int next;

    Flood(Frame... frames) {
      this.frames = frames;
    }

    @Override
    public Frame next(int port, long now, boolean hasRoom) {
      if (port != 0 || !hasRoom) {
        return null;
      }
      next = next + 1 == frames.length ? 0 : next + 1;
      return frames[next];
    }

    @Override
    public PacketBuffer buffer(Packet packet) {
      PacketBuffer buffer = pool.isEmpty() ? new PacketBuffer() : pool.pop();
      buffer.number = packet.number();
      byte[] bytes = packet.frame().bytes();
      buffer.receive(bytes, 0, bytes.length);
      return buffer;
    }

    @Override
    public void done(Packet packet) {
      if (packet.data() != null) {
        pool.push(packet.data());
      }
    }
  }

  /** A NIC that is not yet loaded. */
  @Setup
  public void prepare() throws IOException {
    Example example = Example.read(program, MachineSpec.preset(machine));
    Flood source = new Flood(example.frames().toArray(Frame[]::new));
    nic = new Nic(example.image(), NicOptions.DEFAULT, EngineOptions.DEFAULT, source);
    example.fill(nic.maps());
  }

  /** A thousand clocks. */
  @Benchmark
  @OperationsPerInvocation(CLOCKS)
  public long clocks() {
    for (int i = 0; i < CLOCKS; i++) {
      nic.step();
    }
    return nic.received();
  }
}
