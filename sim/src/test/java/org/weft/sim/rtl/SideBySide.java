package org.weft.sim.rtl;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.weft.isa.control.Register;
import org.weft.isa.control.RegisterWrite;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.xdp.MapType;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.lockstep.SimModel;
import org.weft.sim.map.MapTable;
import org.weft.sim.nic.Fate;
import org.weft.sim.nic.Nic;
import org.weft.sim.nic.NicOptions;

/** Gives the same packets in the same clocks to engine sim and to the Verilated hardware. */
final class SideBySide {
  private static final long LIMIT = 2_000_000;

  private SideBySide() {}

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
      hardware.addAll(packets(met));
      model.readMaps();
      addMaps(hardware, maps);
      hardware.add(counters(image, model::read));
      taken = model.taken();
    }
    return List.of(simulated(image, offers, setting, taken), hardware);
  }

  private static List<String> simulated(
      ProgramImage image, List<RtlModel.Offer> offers, Setting setting, long... taken) {
    EngineOptions options = new EngineOptions(image.machine().cpus(), EngineOptions.DEFAULT.seed());
    NicOptions around = new NicOptions(100, setting.chosenCpu());
    SimModel model = new SimModel(image, options, around, setting.stalls());
    Nic nic = model.nic();
    fill(nic.maps());
    int[] next = {0};
    RtlModel.Met[] met =
        model.run(
            offers,
            LIMIT,
            () -> {
              if (next[0] < taken.length && taken[next[0]] == nic.now()) {
                RegisterWrite write = setting.writes().get(next[0]++).getValue();
                nic.control().write(write.offset(), write.data());
              }
            });
    model.settle();
    List<String> all = new ArrayList<>();
    all.addAll(packets(met));
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
      MapType type = maps.map(i).definition().type();
      for (int key = 0; key < 12 && isFilled(type); key += 2) {
        byte[] bytes = {(byte) key, 0, 0, 0};
        if (type.isMapOfMaps()) {
          maps.putReference(i, bytes, "inner " + key % 4);
        } else {
          maps.put(i, bytes, new byte[] {(byte) (1 + 9 * key), 0, 0, 0});
        }
      }
      if (type.isRedirectTarget() && type != MapType.DEVMAP_HASH) {
        byte[] values = maps.map(i).values();
        for (int entry = 0; entry < values.length / 8; entry += 2) {
          values[8 * entry] = (byte) (1 + 9 * entry);
        }
      }
    }
  }

  private static boolean isFilled(MapType type) {
    return type.isMapOfMaps() || type == MapType.DEVMAP_HASH;
  }

  /** What maps hold at the end, a line each. */
  private static void addMaps(List<String> lines, MapTable maps) {
    for (int i = 0; i < maps.size(); i++) {
      if (maps.map(i).isIndexed() && maps.map(i).definition().type() != MapType.RINGBUF) {
        lines.add(maps.map(i).definition().name() + ": " + Arrays.hashCode(maps.map(i).values()));
      } else {
        lines.add(maps.map(i).definition().name() + ": " + maps.contents(i).entries());
      }
    }
  }

  /** What became of packets, a line each. */
  static List<String> packets(RtlModel.Met... met) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < met.length; i++) {
      RtlModel.Met m = met[i];
      lines.add(
          "%d: %d to %d %s r0 %d rows %d out %d metadata %d, %d bytes %d"
              .formatted(
                  i,
                  m.begun(),
                  m.ended(),
                  m.fate(),
                  m.result(),
                  m.rows(),
                  m.output(),
                  m.metadata(),
                  m.frame().length,
                  Arrays.hashCode(m.frame())));
    }
    return lines;
  }
}
