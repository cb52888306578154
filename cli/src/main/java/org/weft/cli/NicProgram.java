package org.weft.cli;

import java.util.List;
import org.weft.isa.RefusedException;
import org.weft.isa.control.RegisterWrite;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.OutsideMemory;
import org.weft.sim.map.MapTable;
import org.weft.sim.network.Network;
import org.weft.sim.network.NetworkMaps;
import org.weft.sim.nic.LoadedMaps;
import org.weft.sim.rtl.MissingUnits;

/** What loads a program with its maps into the hardware. */
final class NicProgram {
  private NicProgram() {}

  /**
   * The register writes.
   *
   * @param network what the maps of helpers are filled with
   * @param memory what lies behind the NIC's memory port
   * @throws RefusedException when the hardware cannot do what the program asks for, or not be told
   *     it
   */
  static List<RegisterWrite> writes(ProgramImage image, Network network, OutsideMemory memory) {
    List<String> programs = image.entries().stream().map(ProgramImage.Entry::program).toList();
    MapTable maps =
        new MapTable(image.maps(), programs, image.machine().cpus(), MapTable.Model.HARDWARE);
    NetworkMaps.fill(network, maps);
    MissingUnits.refuse(image, maps, memory);
    return LoadedMaps.load(image, maps);
  }
}
