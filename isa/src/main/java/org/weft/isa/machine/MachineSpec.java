package org.weft.isa.machine;

import java.util.Set;
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
 * @param registers 64-bit registers per thread, 12 to 32; register r is in the bank of lane r mod
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

  public MachineSpec {
    helpers = Set.copyOf(helpers);
  }

  /** The lane that writes a register. */
  public int laneOf(int register) {
    return register % lanes;
  }
}
