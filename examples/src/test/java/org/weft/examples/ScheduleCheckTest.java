package org.weft.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.weft.compiler.object.ObjectLoader;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.compiler.schedule.Schedule;
import org.weft.isa.RefusedException;
import org.weft.isa.machine.MachineSpec;
import org.weft.sim.validate.Validation;
import org.weft.sim.validate.ValidationOptions;
import org.weft.sim.validate.Validator;

/**
 * The symbolic check accepts what the scheduler makes, and of schedules with one thing changed it
 * accepts none that does something else. {@code -Dweft.mutations=true} prints which it accepts.
 */
final class ScheduleCheckTest {
  private static final ValidationOptions OPTIONS = new ValidationOptions(1_500, 1, 8);

  private static List<MachineSpec> machines() {
    List<MachineSpec> machines = new ArrayList<>();
    MachineSpec.PRESETS.forEach(name -> machines.add(MachineSpec.preset(name)));
    for (int lanes : new int[] {1, 2, 3, 4, 6, 8}) {
      for (int registers : new int[] {16, 24, 32}) {
        machines.add(Scheduled.machine(lanes, registers));
      }
    }
    return machines;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("org.weft.examples.Example#all")
  void acceptsExamplesOnAllMachines(Example example) {
    XdpObject object = ObjectLoader.load(example.object());
    for (MachineSpec machine : machines()) {
      for (Program program : object.programs()) {
        try {
          Scheduled scheduled = Scheduled.of(object, program, machine);
          assertEquals("", scheduled.wrong(scheduled.schedule()), machine.name());
        } catch (RefusedException e) {
          // The smallest machine lacks units and rows that some examples need; none lacks
          // registers.
          assertEquals("tiny", machine.name(), e.getMessage());
          assertFalse(e.getMessage().contains("registers"), e.getMessage());
        }
      }
    }
  }

  @ParameterizedTest(name = "{0} on {1} lanes, {2} registers")
  @CsvSource({
    "count-protocol-tx, 4, 32",
    "firewall, 4, 32",
    "syn-limiter, 3, 24",
    "router-ipv4, 6, 32",
    "vlan, 2, 16",
    "checksum-loop, 4, 16",
    "iptunnel, 3, 16"
  })
  void findsEveryChangeThatMatters(String name, int lanes, int registers) {
    XdpObject object = ObjectLoader.load(new Example(name).object());
    Program program = object.programs().get(0);
    Scheduled scheduled = Scheduled.of(object, program, Scheduled.machine(lanes, registers));
    Map<Mutation.Kind, int[]> counts = new TreeMap<>();
    List<String> missed = new ArrayList<>();
    for (Mutation mutation : Mutation.all(scheduled.schedule(), lanes)) {
      Schedule changed = mutation.schedule();
      if (!scheduled.isWellFormed(changed)) {
        continue;
      }
      int[] count = counts.computeIfAbsent(mutation.kind(), kind -> new int[2]);
      count[0]++;
      if (!scheduled.wrong(changed).isEmpty()) {
        count[1]++;
        continue;
      }
      Validation validation =
          Validator.validate(object, program, scheduled.image(changed), OPTIONS);
      if (validation.differing() > 0) {
        missed.add(mutation + ": " + validation.differences().get(0).texts());
      } else if (Boolean.getBoolean("weft.mutations")) {
        System.out.println(name + ": as before: " + mutation);
      }
    }
    StringBuilder text = new StringBuilder(name);
    int made = 0;
    int found = 0;
    for (Map.Entry<Mutation.Kind, int[]> count : counts.entrySet()) {
      made += count.getValue()[0];
      found += count.getValue()[1];
      text.append(
          String.format(", %s %d of %d", count.getKey(), count.getValue()[1], count.getValue()[0]));
    }
    System.out.println(text + ", in all " + found + " of " + made);
    assertEquals(List.of(), missed, text.toString());
    assertTrue(found > 0.8 * made, text.toString());
  }

  @Test
  void saysWhereAndWhy() {
    XdpObject object = ObjectLoader.load(new Example("tx").object());
    Scheduled scheduled =
        Scheduled.of(object, object.programs().get(0), MachineSpec.preset("hxdp"));
    Mutation dropped =
        Mutation.all(scheduled.schedule(), 4).stream()
            .filter(m -> m.kind() == Mutation.Kind.DROPPED && m.text().contains("store"))
            .findFirst()
            .orElseThrow();
    String message = scheduled.wrong(dropped.schedule());
    assertTrue(
        message.matches("program tx, row \\d+.*is not done before control leaves b\\d+"), message);
  }
}
