package org.weft.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.weft.compiler.Compiler;
import org.weft.compiler.object.ObjectLoader;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.sim.map.MapTable;
import org.weft.sim.nic.Frame;
import org.weft.sim.nic.Frames;
import org.weft.sim.trace.TraceReader;
import org.weft.sim.trace.Traces;

/**
 * A program of {@code examples/}, seen from the project's folder.
 *
 * @param image the program for a machine
 * @param frames its trace in 64-byte frames of 256 flows
 * @param entries what its maps hold
 */
record Example(ProgramImage image, List<Frame> frames, List<String> entries) {
  private static final int FRAME_BYTES = 64;
  private static final int FLOWS = 256;

  static Example read(String name, MachineSpec machine) throws IOException {
    Path folder = Path.of("examples", name);
    XdpObject object = ObjectLoader.load(folder.resolve(name + ".o"));
    ProgramImage image = Compiler.compile(object, object.program(null), machine);
    List<Frame> frames;
    try (TraceReader trace = Traces.open(folder.resolve("traffic.pcap"))) {
      frames = Frames.ofFlows(Frames.ofSize(Frames.read(trace, bytes -> {}), FRAME_BYTES), FLOWS);
    }
    Path maps = folder.resolve("maps");
    List<String> lines = Files.exists(maps) ? Files.readAllLines(maps) : List.of();
    List<String> entries =
        lines.stream().filter(line -> !line.isBlank() && !line.startsWith("#")).toList();
    return new Example(image, frames, entries);
  }

  /** Puts the entries, {@code NAME:KEY:VALUE} in hexadecimal digits, into a NIC's maps. */
  void fill(MapTable maps) {
    for (String entry : entries) {
      String[] parts = entry.split(":", 3);
      for (int i = 0; i < maps.size(); i++) {
        if (maps.map(i).definition().name().equals(parts[0])) {
          maps.put(i, HexFormat.of().parseHex(parts[1]), HexFormat.of().parseHex(parts[2]));
        }
      }
    }
  }
}
