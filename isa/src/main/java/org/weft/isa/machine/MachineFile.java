package org.weft.isa.machine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.weft.isa.InputException;
import org.weft.isa.xdp.HelperFunction;

/**
 * Machine descriptions as text: lines of {@code key = value}; {@code #} begins a comment. A line
 * {@code preset = NAME} before all others gives every key the preset's value, so that only what
 * differs has to be said.
 */
public final class MachineFile {
  private static final int MAX_BYTES = 1 << 16;
  private static final int MOST_SHOWN = 40;

  private MachineFile() {}

  /**
   * Reads a machine file.
   *
   * @throws InputException when it cannot be read or says something impossible
   */
  public static MachineSpec read(Path path) {
    try {
      if (Files.size(path) > MAX_BYTES) {
        throw new InputException(path + ": larger than 64 KiB; this is no machine file");
      }
      return parse(new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      throw new InputException(path + ": cannot be read: " + e.getMessage(), e);
    } catch (InputException e) {
      throw e.at(path.toString());
    }
  }

  /** The text of a machine; parses back to an equal one. */
  public static String print(MachineSpec machine) {
    StringBuilder text = new StringBuilder();
    values(machine)
        .forEach((key, value) -> text.append(key).append(" = ").append(value).append('\n'));
    return text.toString();
  }

  /** SHA-256 over all that counts, the name not included: what images and bitstreams carry. */
  public static byte[] hash(MachineSpec machine) {
    Map<String, String> values = values(machine);
    values.remove("name");
    try {
      return MessageDigest.getInstance("SHA-256")
          .digest(values.toString().getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The machine as words that hardware shows: numbers in the order of the file, {@code dispatch},
   * and 8 words with a bit for each helper by its Linux number.
   */
  public static int[] words(MachineSpec machine) {
    Map<String, String> values = values(machine);
    int[] words = new int[NUMBERS.size() + 1 + 8];
    for (int i = 0; i < NUMBERS.size(); i++) {
      words[i] = Integer.parseInt(values.get(NUMBERS.get(i)));
    }
    words[NUMBERS.size()] = machine.dispatch().ordinal();
    for (HelperFunction helper : machine.helpers()) {
      words[NUMBERS.size() + 1 + helper.number() / 32] |= 1 << helper.number();
    }
    return words;
  }

  private static Map<String, String> values(MachineSpec m) {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("name", m.name());
    int[] numbers = {
      m.cores(),
      m.depth(),
      m.threads(),
      m.buffers(),
      m.lanes(),
      m.registers(),
      m.memoryPorts(),
      m.branchSlots(),
      m.shifters(),
      m.multipliers(),
      m.dividers(),
      m.atomics(),
      m.rows(),
      m.banks(),
      m.frameBytes(),
      m.headroomBytes(),
      m.stackBytes(),
      m.cpus(),
      m.busBytes(),
      m.clockKhz(),
      m.ports(),
      m.bankBytes(),
      m.mapBanks(),
      m.mapKbytes(),
      m.tableEngines(),
      m.tableSlots()
    };
    for (int i = 0; i < numbers.length; i++) {
      values.put(NUMBERS.get(i), Integer.toString(numbers[i]));
    }
    values.put("dispatch", m.dispatch().name().toLowerCase(Locale.ROOT));
    List<String> helpers = new ArrayList<>();
    for (HelperFunction helper : HelperFunction.values()) {
      if (m.helpers().contains(helper)) {
        helpers.add(helper.name().toLowerCase(Locale.ROOT));
      }
    }
    values.put("helpers", String.join(" ", helpers));
    return values;
  }

  private static final List<String> NUMBERS =
      List.of(
          "cores",
          "depth",
          "threads",
          "buffers",
          "lanes",
          "registers",
          "memory_ports",
          "branch_slots",
          "shifters",
          "multipliers",
          "dividers",
          "atomics",
          "rows",
          "banks",
          "frame_bytes",
          "headroom_bytes",
          "stack_bytes",
          "cpus",
          "bus_bytes",
          "clock_khz",
          "ports",
          "bank_bytes",
          "map_banks",
          "map_kbytes",
          "table_engines",
          "table_slots");

  /**
   * Parses the text of a machine.
   *
   * @throws InputException naming the line, or the key that is missing
   */
  public static MachineSpec parse(String text) {
    Map<String, String> given = new LinkedHashMap<>();
    Map<String, String> values = new LinkedHashMap<>();
    String[] lines = text.split("\n", -1);
    for (int i = 0; i < lines.length; i++) {
      int comment = lines[i].indexOf('#');
      String line = (comment < 0 ? lines[i] : lines[i].substring(0, comment)).strip();
      if (line.isEmpty()) {
        continue;
      }
      int equals = line.indexOf('=');
      String key = equals < 0 ? "" : line.substring(0, equals).strip();
      String value = line.substring(equals + 1).strip();
      String where = "line " + (i + 1) + ": ";
      if (key.equals("preset") && given.isEmpty()) {
        values.putAll(values(MachineSpec.preset(value)));
      } else if (!NUMBERS.contains(key) && !List.of("name", "dispatch", "helpers").contains(key)) {
        throw new InputException(
            where
                + (key.equals("preset")
                    ? "preset stands before all other keys, once"
                    : "no such key: " + shown(line) + "; write key = value"));
      } else if (given.put(key, value) != null) {
        throw new InputException(where + key + " is given twice");
      }
    }
    values.putAll(given);
    return machine(values);
  }

  /**
   * A machine that differs from another one in these keys.
   *
   * @throws InputException when a key or value is none
   */
  public static MachineSpec with(MachineSpec machine, Map<String, String> changes) {
    Map<String, String> values = values(machine);
    for (Map.Entry<String, String> change : changes.entrySet()) {
      if (values.replace(change.getKey(), change.getValue()) == null) {
        throw new InputException(
            "machine: no such key: "
                + change.getKey()
                + "; there are "
                + String.join(", ", values.keySet()));
      }
    }
    return machine(values);
  }

  /** A machine that comes with weft. */
  static MachineSpec preset(String name) {
    try (InputStream text = MachineFile.class.getResourceAsStream(name + ".machine")) {
      return parse(new String(text.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static MachineSpec machine(Map<String, String> values) {
    int[] n = new int[NUMBERS.size()];
    for (int i = 0; i < n.length; i++) {
      n[i] = number(values, NUMBERS.get(i));
    }
    return new MachineSpec(
        required(values, "name"),
        n[0],
        n[1],
        n[2],
        n[3],
        n[4],
        n[5],
        n[6],
        n[7],
        n[8],
        n[9],
        n[10],
        n[11],
        n[12],
        n[13],
        n[14],
        n[15],
        n[16],
        n[17],
        dispatch(required(values, "dispatch")),
        n[18],
        n[19],
        n[20],
        n[21],
        n[22],
        n[23],
        n[24],
        n[25],
        helpers(required(values, "helpers")));
  }

  /** What a message says of a line that may be anything. */
  private static String shown(String line) {
    String text = line.replaceAll("[^\\x20-\\x7e]", "?");
    return text.length() > MOST_SHOWN ? text.substring(0, MOST_SHOWN) + "..." : text;
  }

  private static String required(Map<String, String> values, String key) {
    String value = values.get(key);
    if (value == null || value.isEmpty() && key.equals("name")) {
      throw new InputException(key + " is missing; give it, or begin with preset = nic100");
    }
    return value;
  }

  private static int number(Map<String, String> values, String key) {
    String value = required(values, key);
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new InputException(key + ": no number in range: " + shown(value), e);
    }
  }

  private static MachineSpec.Dispatch dispatch(String value) {
    for (MachineSpec.Dispatch dispatch : MachineSpec.Dispatch.values()) {
      if (dispatch.name().toLowerCase(Locale.ROOT).equals(value)) {
        return dispatch;
      }
    }
    throw new InputException("dispatch: " + value + "; there are round_robin and flow_hash");
  }

  private static Set<HelperFunction> helpers(String value) {
    Set<HelperFunction> helpers = EnumSet.noneOf(HelperFunction.class);
    for (String name : value.split("\\s+")) {
      if (name.equals("all")) {
        helpers.addAll(EnumSet.allOf(HelperFunction.class));
      } else if (!name.isEmpty()) {
        helpers.add(helper(name));
      }
    }
    return helpers;
  }

  private static HelperFunction helper(String name) {
    for (HelperFunction helper : HelperFunction.values()) {
      if (helper.name().toLowerCase(Locale.ROOT).equals(name)) {
        return helper;
      }
    }
    throw new InputException("helpers: no helper " + name);
  }
}
