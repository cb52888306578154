package org.weft.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.weft.isa.RefusedException;
import org.weft.isa.WholeFile;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.xdp.XdpAction;
import org.weft.sim.map.MapStore;
import org.weft.sim.nic.Fate;
import org.weft.sim.nic.Frame;
import org.weft.sim.nic.Nic;
import org.weft.sim.nic.NicOptions;
import org.weft.sim.nic.Packet;
import org.weft.sim.nic.PollingHost;
import org.weft.sim.nic.Source;
import org.weft.sim.nic.Wave;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.trace.TraceReader;
import org.weft.sim.trace.TraceWriter;

/** The packets of a trace through a NIC, as many at once as it takes. */
final class NicRun implements Source {
  /** A packet in the NIC, and what it was. */
  private static final class Flight {
    final PacketBuffer packet = new PacketBuffer();
    Frame frame;
  }

  /** Makes a report when the maps are there, whose names it gives. */
  interface Reports {
    Report of(MapStore maps) throws IOException;
  }

  private final Setup setup;
  private final TraceReader trace;
  private final Report report;
  private final TraceWriter writer;
  private final Summary summary;
  private final Nic nic;
  private final PollingHost host;
  private final ProgramImage image;
  private final int port;
  private final Map<Frame, Flight> flights = new HashMap<>();
  private final ArrayDeque<Flight> spare = new ArrayDeque<>();
  private Flight waiting;
  private Progress progress;
  private long number;
  private long lastEnd;

  /**
   * A run that is to begin.
   *
   * @param writer where packets that leave are written, or null
   */
  NicRun(
      Setup setup,
      ProgramImage image,
      NicOptions options,
      TraceReader trace,
      Reports reports,
      TraceWriter writer,
      Summary summary)
      throws IOException {
    this.setup = setup;
    this.image = image;
    this.trace = trace;
    this.writer = writer;
    this.summary = summary;
    nic = new Nic(image, options, setup.options(), this);
    host = new PollingHost(nic);
    port = setup.port(image.machine());
    setup.fill(nic.maps());
    report = reports.of(nic.maps());
  }

  /**
   * Runs all packets.
   *
   * @param wave where to write what happens in each clock, or null
   */
  void run(Path wave) throws IOException {
    summary.start();
    try (Progress shown = new Progress(setup.traceBytes())) {
      progress = shown;
      waiting = read();
      if (wave == null) {
        while (waiting != null || !nic.isQuiet()) {
          step();
        }
      } else {
        runWith(wave);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      report.flush();
    }
    summary.clocked(lastEnd, nic.machine().clockKhz());
    summary.stop();
    report.finish(nic.maps(), summary);
  }

  private void step() {
    nic.step();
    host.afterClock();
  }

  private void runWith(Path path) throws IOException {
    Wave wave = null;
    try {
      wave = new Wave(path, nic, image);
      while (waiting != null || !nic.isQuiet()) {
        step();
        wave.sample();
      }
      wave.close();
    } catch (IOException e) {
      throw WholeFile.notWritten(path, e);
    } finally {
      if (wave != null) {
        wave.abandon();
      }
    }
  }

  /** The next packet of the trace that a buffer holds, or null. */
  private Flight read() throws IOException {
    for (; setup.wants(number) && trace.next(); number++) {
      progress.step(number, trace);
      String reason = Setup.tooLong(trace.length());
      if (reason != null) {
        summary.leaveOut(number, reason);
        continue;
      }
      Flight flight = spare.isEmpty() ? new Flight() : spare.remove();
      setup.receive(trace, number, flight.packet);
      byte[] bytes = Arrays.copyOf(trace.frame(), trace.length());
      flight.frame = new Frame(bytes, trace.timestampNs());
      number++;
      return flight;
    }
    return null;
  }

  @Override
  public Frame next(int from, long now, boolean hasRoom) {
    if (from != port || waiting == null || !hasRoom) {
      return null;
    }
    Flight flight = waiting;
    flights.put(flight.frame, flight);
    try {
      waiting = read();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return flight.frame;
  }

  @Override
  public PacketBuffer buffer(Packet packet) {
    return flights.get(packet.frame()).packet;
  }

  @Override
  public void done(Packet packet) {
    Flight flight = flights.remove(packet.frame());
    if (packet.fault() != null) {
      throw new RefusedException(
          "packet " + flight.packet.number + ": " + packet.fault().getMessage());
    }
    lastEnd = nic.now();
    if (packet.fate() == Fate.OVERSIZE || packet.fate() == Fate.UNDERSIZE) {
      summary.leaveOut(
          flight.packet.number,
          packet.fate().name().toLowerCase(Locale.ROOT) + " for the machine's buffers");
    } else {
      try {
        report(packet, flight);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    spare.add(flight);
  }

  private void report(Packet packet, Flight flight) throws IOException {
    PacketBuffer data = flight.packet;
    int ret = packet.result();
    boolean changed = Summary.isChanged(data, flight.frame.bytes(), flight.frame.bytes().length);
    summary.count(ret, packet.rows(), changed);
    summary.left(packet.fate());
    report.packet(ret, packet.rows(), packet.latency(), data, changed);
    boolean leaves = XdpAction.of(ret).ordinal() >= XdpAction.PASS.ordinal();
    if (writer != null && leaves && packet.fate().isVerdict()) {
      writer.write(data.bytes, data.data, data.length(), flight.frame.timestampNs());
    }
  }
}
