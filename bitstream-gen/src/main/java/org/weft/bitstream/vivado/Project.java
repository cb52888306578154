package org.weft.bitstream.vivado;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.weft.bitstream.JsonText;
import org.weft.bitstream.Resources;
import org.weft.bitstream.step.Digest;
import org.weft.isa.image.ImageFile;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;

/**
 * A project that was made, and what of it was built.
 *
 * @param image the program that the NIC starts with, or null
 * @param used what the NIC takes of the device, as yosys counts, without the shell; null where it
 *     was not counted
 * @param missing why there is no bitstream, or null when there is one
 * @param tools what the tools say of their versions
 * @param files digests of files beside the manifest
 */
public record Project(
    Card card,
    MachineSpec machine,
    ProgramImage image,
    Resources used,
    String missing,
    List<String> tools,
    SortedMap<String, String> files) {

  /** The finished bitstream, where there is one. */
  public static final String BITSTREAM = "results/weft.bit";

  /** As JSON: the same text for the same content. */
  public String json() {
    List<String> fields = new ArrayList<>();
    fields.add(JsonText.field("board", card.board().text()));
    fields.add(JsonText.field("device", card.part()));
    fields.add(JsonText.field("shell", card.shell().text()));
    fields.add(JsonText.field("shell_commit", card.shell().commit()));
    fields.add(JsonText.field("machine", machine.name()));
    fields.add(
        JsonText.field("machine_sha256", HexFormat.of().formatHex(MachineFile.hash(machine))));
    if (image != null) {
      fields.add(JsonText.field("program", image.entries().get(0).program()));
      fields.add(JsonText.field("program_sha256", Digest.of(ImageFile.bytes(image))));
      fields.add(JsonText.quoted("rows") + ": " + image.rows().size());
    }
    String mhz = String.format(Locale.ROOT, "%.3f", machine.clockKhz() / 1e3);
    fields.add(JsonText.quoted("clock_mhz") + ": " + mhz);
    fields.add(JsonText.quoted("used") + ": " + (used == null ? "null" : counts(used)));
    fields.add(JsonText.quoted("available") + ": " + counts(card.board().device().capacity()));
    fields.add(
        JsonText.quoted("bitstream")
            + ": "
            + (missing == null ? JsonText.quoted(BITSTREAM) : "null"));
    if (missing != null) {
      fields.add(JsonText.field("missing", missing));
    }
    String versions = tools.stream().map(JsonText::quoted).collect(Collectors.joining(", "));
    fields.add(JsonText.quoted("tools") + ": [" + versions + "]");
    fields.add(
        JsonText.quoted("files")
            + ": {\n    "
            + files.entrySet().stream()
                .map((Map.Entry<String, String> f) -> JsonText.field(f.getKey(), f.getValue()))
                .collect(Collectors.joining(",\n    "))
            + "\n  }");
    return "{\n  " + String.join(",\n  ", fields) + "\n}\n";
  }

  private static String counts(Resources resources) {
    List<String> fields = new ArrayList<>();
    for (int i = 0; i < Resources.NAMES.size(); i++) {
      String name = Resources.NAMES.get(i).toLowerCase(Locale.ROOT);
      fields.add(JsonText.quoted(name) + ": " + resources.counts().get(i));
    }
    return "{" + String.join(", ", fields) + "}";
  }
}
