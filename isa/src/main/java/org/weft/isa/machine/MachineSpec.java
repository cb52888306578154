package org.weft.isa.machine;

import java.util.Collections;
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
 * @param threads register contexts, depth to 64, at least one for each half
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
 * @param ports network ports, 1 to 16
 * @param bankBytes bytes that a bank of core memory moves at once, 1, 2 or 4
 * @param mapBanks banks of map memory, 1 to 32
 * @param mapKbytes size of map memory in KiB, 1 to 65536; what does not fit lies behind the memory
 *     port
 * @param tableEngines engines that look up tables, 1 to 16
 * @param tableSlots slots of the directories of each, and beats of 16 bytes for keys, 16 to 2^24, a
 *     power of two; tables that do not fit lie behind the memory port
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
    int ports,
    int bankBytes,
    int mapBanks,
    int mapKbytes,
    int tableEngines,
    int tableSlots,
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
    range("threads", threads, Math.max(depth, 2), 64);
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
    range("ports", ports, 1, 16);
    range("bank_bytes", bankBytes, 1, 4);
    range("map_banks", mapBanks, 1, 32);
    range("map_kbytes", mapKbytes, 1, 65536);
    range("table_engines", tableEngines, 1, 16);
    range("table_slots", tableSlots, 16, 1 << 24);
    powerOfTwo("bus_bytes", busBytes);
    powerOfTwo("bank_bytes", bankBytes);
    powerOfTwo("map_banks", mapBanks);
    powerOfTwo("table_engines", tableEngines);
    powerOfTwo("table_slots", tableSlots);
  }

  private static void range(String field, int value, int least, int most) {
    if (value < least || value > most) {
      throw new InputException(
          "machine: " + field + " is " + value + "; it must be " + least + " to " + most);
    }
  }

  private static void powerOfTwo(String field, int value) {
    if (Integer.bitCount(value) != 1) {
      throw new InputException("machine: " + field + " " + value + " is no power of two");
    }
  }

  /**
   * Bytes of the queues between a core and the ports, each: two of the largest frames, at least.
   */
  public int coreQueueBytes() {
    return Integer.highestOneBit(frameBytes - 1) * 4;
  }

  /** Bytes of the queue that a port has for input, and of the one for output. */
  public int portQueueBytes() {
    return 4 * coreQueueBytes();
  }

  /**
   * The preset of this name.
   *
   * @throws InputException when there is none
   */
  public static MachineSpec preset(String name) {
    if (!PRESETS.contains(name)) {
      throw new InputException(
          "no machine " + name + "; presets are " + String.join(", ", PRESETS));
    }
    return MachineFile.preset(name);
  }

  /**
   * Shifts, multiplications and divisions that a row has at most in all: their units get operands
   * by the same ways, of which there are as many as units of the kind that there is most of.
   */
  public int operandWays() {
    return Math.max(shifters, Math.max(multipliers, dividers));
  }

  /** The lane that writes a register. */
  public int laneOf(int register) {
    return register % lanes;
  }
}
