package org.weft.sim.nic;

import java.util.List;
import java.util.Map;
import org.weft.isa.image.ImageCheck;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.RowParser;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.packet.PacketBuffer;

/** Images of rows that are written as text, and packets for them. */
public final class Programs {
  static final MapDefinition ARRAY = MapDefinition.of("array", MapType.ARRAY, 4, 8, 64, 0);
  static final MapDefinition RING = MapDefinition.of("ring", MapType.RINGBUF, 0, 0, 4096, 0);
  static final MapDefinition HASH = MapDefinition.of("hash", MapType.HASH, 4, 8, 64, 0);

  private Programs() {}

  static MachineSpec machine(String preset, Map<String, String> changes) {
    return MachineFile.with(MachineSpec.preset(preset), changes);
  }

  /** An image of rows as text. */
  public static ProgramImage image(MachineSpec machine, List<MapDefinition> maps, String... rows) {
    ProgramImage image =
        new ProgramImage(
            machine,
            RowParser.parse(String.join("\n", rows)),
            maps,
            List.of(new ProgramImage.Entry("main", 0)),
            List.of());
    ImageCheck.check(image);
    return image;
  }

  static ProgramImage image(String preset, String... rows) {
    return image(MachineSpec.preset(preset), List.of(ARRAY, HASH), rows);
  }

  static PacketBuffer packet(int bytes) {
    PacketBuffer packet = new PacketBuffer();
    packet.receive(new byte[bytes], 0, bytes);
    return packet;
  }
}
