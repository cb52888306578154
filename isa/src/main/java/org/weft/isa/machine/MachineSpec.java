package org.weft.isa.machine;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.weft.isa.InputException;
import org.weft.isa.xdp.HelperFunction;

/**
 * One machine: everything that compiler, simulators and hardware have to agree on.
 *
 * @param name for people; not compared
 * @param cores processors, 1 to 64
 * @param depth pipeline stages, 1 to 32
 * @param threads register contexts, depth to 64
 * @param buffers packets held, threads to 256
 * @param lanes slots per row, 1 to 8
 * @param registers 64-bit registers per thread, 16 to 32; register r is in the bank of lane r mod
 *     lanes, which alone writes it
 * @param memoryPorts packet and stack accesses per row, 1 to 8; map values have one port more
 * @param branchSlots branches and exits per row, 1 to 8
 * @param shifters shifts and byte swaps per row, 1 to 8
 * @param multipliers multiplications per row, 0 to 8
 * @param dividers 0 or 1
 * @param atomics 0 or 1
 * @param rows instruction memory, 16 to 8192 rows
 * @param banks instruction memories, 1 or 2; with 2 a program is loaded while another runs
 * @param frameBytes largest frame held, 64 to 3520
 * @param headroomBytes bytes before the frame, 64 to 256
 * @param stackBytes bytes of stack per thread, 64 to 4096
 * @param cpus logical CPUs that programs see, 1 to 256
 * @param dispatch which logical CPU gets a packet
 * @param busBytes width of the AXI4-Stream ports, 1 to 128, a power of two
 * @param clockKhz clock, for packets per second only
 * @param helpers helper functions that the machine has a unit for
 */
public record MachineSpec(
    String name,
    int cores,
    int depth,
    int threads,
    int buffers,
    int lanes,
    int registers,
    int memoryPorts,
    int branchSlots,
    int shifters,
    int multipliers,
    int dividers,
    int atomics,
    int rows,
    int banks,
    int frameBytes,
    int headroomBytes,
    int stackBytes,
    int cpus,
    Dispatch dispatch,
    int busBytes,
    int clockKhz,
    Set<HelperFunction> helpers) {

  /** How packets are spread over logical CPUs. */
  public enum Dispatch {
    ROUND_ROBIN,
    FLOW_HASH
  }

  /** Names of the presets. */
  public static final List<String> PRESETS = List.of("tiny", "hxdp", "nic100");

  public MachineSpec {
    Objects.requireNonNull(name);
    Objects.requireNonNull(dispatch);
    helpers = Collections.unmodifiableSet(new TreeSet<>(helpers));
    range("cores", cores, 1, 64);
    range("depth", depth, 1, 32);
    range("threads", threads, depth, 64);
    range("buffers", buffers, threads, 256);
    range("lanes", lanes, 1, 8);
    range("registers", registers, 16, 32);
    range("memory_ports", memoryPorts, 1, 8);
    range("branch_slots", branchSlots, 1, 8);
    range("shifters", shifters, 1, 8);
    range("multipliers", multipliers, 0, 8);
    range("dividers", dividers, 0, 1);
    range("atomics", atomics, 0, 1);
    range("rows", rows, 16, 8192);
    range("banks", banks, 1, 2);
    range("frame_bytes", frameBytes, 64, 3520);
    range("headroom_bytes", headroomBytes, 64, 256);
    range("stack_bytes", stackBytes, 64, 4096);
    range("cpus", cpus, 1, 256);
    range("bus_bytes", busBytes, 1, 128);
    range("clock_khz", clockKhz, 1, 10_000_000);
    if (Integer.bitCount(busBytes) != 1) {
      throw new InputException(
          "machine " + name + ": bus_bytes " + busBytes + " is no power of two");
    }
  }

  private static void range(String field, int value, int least, int most) {
    if (value < least || value > most) {
      throw new InputException(
          "machine: " + field + " is " + value + "; it must be " + least + " to " + most);
    }
  }

  /**
   * The preset of this name.
   *
   * @throws InputException when there is none
   */
  public static MachineSpec preset(String name) {
    Set<HelperFunction> all = EnumSet.allOf(HelperFunction.class);
    return switch (name) {
      case "tiny" ->
          new MachineSpec(
              "tiny",
              1,
              4,
              4,
              4,
              1,
              16,
              1,
              1,
              1,
              0,
              0,
              0,
              256,
              1,
              256,
              64,
              512,
              1,
              Dispatch.ROUND_ROBIN,
              1,
              50_000,
              all);
      case "hxdp" ->
          new MachineSpec(
              "hxdp",
              1,
              8,
              8,
              12,
              4,
              32,
              2,
              2,
              1,
              1,
              1,
              1,
              1024,
              2,
              1536,
              256,
              512,
              1,
              Dispatch.ROUND_ROBIN,
              32,
              156_250,
              all);
      case "nic100" ->
          new MachineSpec(
              "nic100",
              8,
              8,
              16,
              24,
              4,
              32,
              2,
              2,
              1,
              1,
              1,
              1,
              4096,
              2,
              1536,
              256,
              512,
              8,
              Dispatch.FLOW_HASH,
              64,
              250_000,
              all);
      default ->
          throw new InputException(
              "no machine " + name + "; presets are " + String.join(", ", PRESETS));
    };
  }

  /** The lane that writes a register. */
  public int laneOf(int register) {
    return register % lanes;
  }
}
