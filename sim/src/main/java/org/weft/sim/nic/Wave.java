package org.weft.sim.nic;

import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.weft.isa.WholeStream;
import org.weft.isa.image.ProgramImage;

/**
 * What a NIC does, clock by clock, as a value change dump (IEEE 1800, with the strings of GTKWave):
 * of each core the context that is selected, its row, source line and packet; of each context its
 * packet, row and what it waits for; packets in flight and fates. The file appears when it is
 * closed.
 */
public final class Wave implements Closeable {
  private static final String UNKNOWN = "";
  private static final int FIRST_CHARACTER = '!';
  private static final int CHARACTERS = '~' - FIRST_CHARACTER + 1;
  private static final long PICOSECONDS_OF_KHZ = 1_000_000_000L;

  private final Nic nic;
  private final WholeStream file;
  private final PrintStream out;
  private final long period;
  private final List<Signal> signals = new ArrayList<>();
  private boolean stamped;

  /** A line of the wave; what it was in the last clock. */
  private static final class Signal {
    final String id;
    final Supplier<String> value;
    String last = UNKNOWN;

    Signal(String id, Supplier<String> value) {
      this.id = id;
      this.value = value;
    }
  }

  /**
   * Begins a file.
   *
   * @param image what the NIC runs; says where rows come from
   * @throws IOException when it cannot be written
   */
  public Wave(Path path, Nic nic, ProgramImage image) throws IOException {
    this.nic = nic;
    period = PICOSECONDS_OF_KHZ / nic.machine().clockKhz();
    file = WholeStream.create(path);
    out = new PrintStream(new java.io.BufferedOutputStream(file), false, StandardCharsets.UTF_8);
    header(sources(image));
    sample();
  }

  /** By row: the first source line that it comes from, or its eBPF instruction. */
  private static String[] sources(ProgramImage image) {
    String[] sources = new String[image.rows().size()];
    for (ProgramImage.Origin origin : image.debug()) {
      if (sources[origin.row()] == null) {
        String name = origin.file().substring(origin.file().lastIndexOf('/') + 1);
        sources[origin.row()] =
            name.isEmpty() ? "insn:" + origin.instruction() : name + ":" + origin.line();
      }
    }
    return sources;
  }

  private void header(String... sources) {
    out.println("$comment clocks of " + nic.machine().clockKhz() + " kHz $end");
    out.println("$timescale 1 ps $end");
    scope("nic");
    number("in_flight", 32, nic::inFlight);
    for (Fate fate : Fate.values()) {
      number(fate.name().toLowerCase(Locale.ROOT), 32, () -> nic.count(fate));
    }
    for (int i = 0; i < nic.machine().cores(); i++) {
      Core core = nic.core(i);
      scope("core" + i);
      number("context", 8, core::selected);
      number("row", 16, () -> core.selected() < 0 ? Core.NONE : core.selectedRow());
      text("source", () -> core.selected() < 0 ? "-" : sources[core.selectedRow()]);
      number("packet", 32, () -> core.selected() < 0 ? Core.NONE : core.packetOf(core.selected()));
      for (int j = 0; j < nic.machine().threads(); j++) {
        int context = j;
        scope("context" + j);
        text("state", () -> core.state(context));
        number("packet", 32, () -> core.packetOf(context));
        number("row", 16, () -> core.rowOf(context));
        out.println("$upscope $end");
      }
      out.println("$upscope $end");
    }
    out.println("$upscope $end");
    out.println("$enddefinitions $end");
  }

  private void scope(String name) {
    out.println("$scope module " + name + " $end");
  }

  /** A number; below zero nothing is there. */
  private void number(String name, int bits, LongSupplier value) {
    String id = id();
    out.println("$var wire " + bits + " " + id + " " + name + " $end");
    signals.add(new Signal(id, () -> binary(value.getAsLong())));
  }

  private static String binary(long number) {
    return "b" + (number < 0 ? "z" : Long.toBinaryString(number));
  }

  private void text(String name, Supplier<String> value) {
    String id = id();
    out.println("$var string 1 " + id + " " + name + " $end");
    signals.add(new Signal(id, () -> "s" + String.valueOf(value.get()).replace(' ', '_')));
  }

  private String id() {
    StringBuilder id = new StringBuilder();
    int number = signals.size();
    do {
      id.append((char) (FIRST_CHARACTER + number % CHARACTERS));
      number /= CHARACTERS;
    } while (number > 0);
    return id.toString();
  }

  /**
   * Writes what has changed; to be called after each clock.
   *
   * @throws IOException when the file cannot be written
   */
  public void sample() throws IOException {
    stamped = false;
    for (Signal signal : signals) {
      String value = signal.value.get();
      if (!value.equals(signal.last)) {
        stamp();
        out.println(value + " " + signal.id);
        signal.last = value;
      }
    }
    if (out.checkError()) {
      throw new IOException("no space left, or the file is gone");
    }
  }

  private void stamp() {
    if (!stamped) {
      out.println("#" + nic.now() * period);
      stamped = true;
    }
  }

  /** Gives the file up: nothing stays of it. */
  public void abandon() throws IOException {
    file.abandon();
  }

  @Override
  public void close() throws IOException {
    out.println("#" + (nic.now() + 1) * period);
    out.flush();
    if (out.checkError()) {
      file.abandon();
      throw new IOException("no space left, or the file is gone");
    }
    file.close();
  }
}
