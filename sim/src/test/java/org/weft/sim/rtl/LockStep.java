package org.weft.sim.rtl;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.weft.isa.control.Register;
import org.weft.isa.control.RegisterWrite;
import org.weft.isa.image.ProgramImage;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.map.MapTable;
import org.weft.sim.nic.Fate;
import org.weft.sim.nic.Frame;
import org.weft.sim.nic.Nic;
import org.weft.sim.nic.NicOptions;
import org.weft.sim.nic.Packet;
import org.weft.sim.nic.Source;
import org.weft.sim.packet.PacketBuffer;

/** Gives the same packets in the same clocks to engine sim and to the Verilated hardware. */
final class LockStep {
  /** Fates as nic.cpp numbers them. */
  private static final Fate[] FATES = {
    Fate.ABORTED,
    Fate.DROP,
    Fate.PASS,
    Fate.TX,
    Fate.REDIRECT,
    Fate.NO_PORT,
    Fate.OUTPUT_OVERFLOW,
    Fate.OVERFLOW,
    Fate.OVERSIZE,
    Fate.UNDERSIZE,
    Fate.DAMAGED
  };

  private static final long LIMIT = 2_000_000;

  private LockStep() {}

  /** Packets of random lengths and contents, on all ports, in random clocks from the first on. */
  static List<RtlModel.Offer> traffic(Random random, ProgramImage image, int count, int gap) {
    int ports = image.machine().ports();
    long[] clock = new long[ports];
    List<RtlModel.Offer> offers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int port = random.nextInt(ports);
      clock[port] += random.nextInt(gap);
      int most = image.machine().frameBytes();
      int length =
          switch (random.nextInt(16)) {
            case 0 -> 1 + random.nextInt(20);
            case 1 -> most - 50 + random.nextInt(100);
            case 2, 3 -> 14 + random.nextInt(most - 14);
            default -> 14 + random.nextInt(Math.min(150, most - 14));
          };
      byte[] frame = new byte[length];
      random.nextBytes(frame);
      frame[0] &= 15;
      int cpu = random.nextInt(image.machine().cpus());
      offers.add(
          new RtlModel.Offer(
              port,
              clock[port],
              frame,
              port + 1,
              random.nextInt(64),
              i,
              cpu,
              random.nextInt(16) == 0));
    }
    return offers;
  }

  /** What both made of the packets, a line each; they are to be equal. */
  static List<List<String>> run(
      ProgramImage image, List<RtlModel.Offer> offers, boolean chosenCpu) {
    return run(image, offers, new Setting(chosenCpu, 0, List.of()));
  }

  /**
   * What goes on around packets.
   *
   * @param chosenCpu whether packets bring their CPU with them
   * @param stalls seed of the clocks in which outputs take nothing, or 0
   * @param writes to registers, each from a clock on
   */
  record Setting(boolean chosenCpu, long stalls, List<Map.Entry<Long, RegisterWrite>> writes) {}

  /** The same with all that goes on around packets; counters, too. */
  static List<List<String>> run(ProgramImage image, List<RtlModel.Offer> offers, Setting setting) {
    long[] taken;
    List<String> hardware = new ArrayList<>();
    List<String> programs = image.entries().stream().map(ProgramImage.Entry::program).toList();
    int cpus = image.machine().cpus();
    MapTable maps = new MapTable(image.maps(), programs, cpus, MapTable.Model.HARDWARE);
    fill(maps);
    try (RtlModel model = new RtlModel(image, maps, setting.chosenCpu())) {
      model.stall(setting.stalls());
      setting.writes().forEach(w -> model.schedule(w.getKey(), w.getValue()));
      RtlModel.Met[] met = model.run(offers, false, LIMIT);
      for (int i = 0; i < met.length; i++) {
        Fate fate = met[i].ended() == 0 ? null : FATES[met[i].fate()];
        hardware.add(
            line(
                i,
                met[i].begun(),
                met[i].ended(),
                fate,
                met[i].result(),
                met[i].rows(),
                met[i].output(),
                met[i].frame()));
      }
      model.readMaps();
      addMaps(hardware, maps);
      hardware.add(counters(image, model::read));
      taken = model.taken();
    }
    return List.of(simulated(image, offers, setting, taken), hardware);
  }

  private static List<String> simulated(
      ProgramImage image, List<RtlModel.Offer> offers, Setting setting, long... taken) {
    String[] lines = new String[offers.size()];
    List<ArrayDeque<Integer>> waiting = new ArrayList<>();
    for (int port = 0; port < image.machine().ports(); port++) {
      waiting.add(new ArrayDeque<>());
    }
    for (int i = 0; i < offers.size(); i++) {
      waiting.get(offers.get(i).port()).add(i);
    }
    int[] left = {offers.size()};
    IdentityHashMap<Frame, Integer> numbers = new IdentityHashMap<>();
    Source source =
        new Source() {
          @Override
          public Frame next(int port, long now, boolean hasRoom) {
            ArrayDeque<Integer> queue = waiting.get(port);
            if (queue.isEmpty() || now < offers.get(queue.peek()).clock()) {
              return null;
            }
            int number = queue.remove();
            RtlModel.Offer offer = offers.get(number);
            Frame frame = new Frame(offer.frame(), offer.time(), offer.damaged());
            numbers.put(frame, number);
            return frame;
          }

          @Override
          public boolean takes(int output, long now) {
            return RtlModel.takes(setting.stalls(), output, now);
          }

          @Override
          public PacketBuffer buffer(Packet p) {
            int number = numbers.get(p.frame());
            RtlModel.Offer offer = offers.get(number);
            PacketBuffer packet = new PacketBuffer();
            packet.number = number;
            packet.ingressIfindex = offer.ifindex();
            packet.rxQueueIndex = offer.queue();
            packet.timestampNs = offer.time();
            packet.cpu = offer.cpu();
            packet.receive(offer.frame(), 0, offer.frame().length);
            return packet;
          }

          @Override
          public void done(Packet p) {
            boolean leaves =
                p.fate() == Fate.PASS || p.fate() == Fate.TX || p.fate() == Fate.REDIRECT;
            boolean ran =
                p.fate().ordinal() <= Fate.REDIRECT.ordinal()
                    || p.fate() == Fate.NO_PORT
                    || p.fate() == Fate.OUTPUT_OVERFLOW;
            int number = numbers.get(p.frame());
            lines[number] =
                line(
                    number,
                    p.begun(),
                    p.begun() + p.latency(),
                    p.fate(),
                    ran ? p.result() : 0,
                    ran ? p.rows() : 0,
                    leaves ? p.output() : 0,
                    leaves ? p.leftBytes() : new byte[0]);
            left[0]--;
          }
        };
    EngineOptions options = new EngineOptions(image.machine().cpus(), EngineOptions.DEFAULT.seed());
    Nic nic = new Nic(image, new NicOptions(100, setting.chosenCpu()), options, source);
    int next = 0;
    fill(nic.maps());
    while ((left[0] > 0 || !nic.isQuiet()) && nic.now() < LIMIT) {
      nic.step();
      if (next < taken.length && taken[next] == nic.now()) {
        RegisterWrite write = setting.writes().get(next++).getValue();
        nic.control().write(write.offset(), write.data());
      }
    }
    List<String> all = new ArrayList<>(Arrays.asList(lines));
    addMaps(all, nic.maps());
    all.add(counters(image, nic.control()::read));
    return all;
  }

  /** All counters, and what STATUS says of banks. */
  private static String counters(ProgramImage image, IntUnaryOperator read) {
    StringBuilder text = new StringBuilder("status " + read.applyAsInt(Register.STATUS.offset()));
    for (int bank = 0; bank < 2; bank++) {
      for (int port = 0; port < image.machine().ports(); port++) {
        text.append("; bank ").append(bank).append(" port ").append(port).append(':');
        for (Fate fate : Fate.values()) {
          int at = Register.COUNTER.offset() + 8 * ((bank * 32 + port) * 16 + fate.ordinal());
          long low = Integer.toUnsignedLong(read.applyAsInt(at));
          text.append(' ').append((long) read.applyAsInt(at + 4) << 32 | low);
        }
      }
    }
    return text.toString();
  }

  /** What only the host writes: interfaces, known and unknown ones, in every second entry. */
  private static void fill(MapTable maps) {
    for (int i = 0; i < maps.size(); i++) {
      if (maps.map(i).definition().type().isRedirectTarget()) {
        byte[] values = maps.map(i).values();
        for (int entry = 0; entry < values.length / 8; entry += 2) {
          values[8 * entry] = (byte) (1 + 9 * entry);
        }
      }
    }
  }

  /** What maps hold at the end, a line each. */
  private static void addMaps(List<String> lines, MapTable maps) {
    for (int i = 0; i < maps.size(); i++) {
      if (maps.map(i).isIndexed()) {
        lines.add(maps.map(i).definition().name() + ": " + Arrays.hashCode(maps.map(i).values()));
      }
    }
  }

  private static String line(
      int number,
      long begun,
      long ended,
      Fate fate,
      int result,
      int rows,
      int output,
      byte[] frame) {
    return number
        + ": "
        + begun
        + " to "
        + ended
        + " "
        + fate
        + " r0 "
        + result
        + " rows "
        + rows
        + " out "
        + output
        + " "
        + frame.length
        + " bytes "
        + Arrays.hashCode(frame);
  }
}
