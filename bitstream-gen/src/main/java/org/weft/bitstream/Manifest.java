package org.weft.bitstream;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import org.weft.bitstream.step.Digest;
import org.weft.isa.image.ImageFile;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;

/**
 * What a bitstream was made from, and what came out.
 *
 * @param image the program that it starts with
 * @param seed where placement began
 * @param used what it takes of the board, as the synthesiser counts
 * @param placed what placement came to; null where it is left to others
 * @param tools what the tools say of their versions
 * @param files digests of files beside it
 */
public record Manifest(
    Board board,
    MachineSpec machine,
    ProgramImage image,
    int seed,
    Resources used,
    Placed placed,
    List<String> tools,
    SortedMap<String, String> files) {
  private static final Collector<CharSequence, ?, String> COMMAS = Collectors.joining(", ");

  /** Its name. It is there when all else is. */
  public static final String FILE = "manifest.json";

  /** As JSON: the same text for the same content. */
  public String json() {
    List<String> fields = new ArrayList<>();
    fields.add(field("board", JsonText.quoted(board.text())));
    fields.add(field("device", JsonText.quoted(board.device().part())));
    fields.add(field("machine", JsonText.quoted(machine.name())));
    fields.add(
        field(
            "machine_sha256",
            JsonText.quoted(HexFormat.of().formatHex(MachineFile.hash(machine)))));
    fields.add(field("program", JsonText.quoted(image.entries().get(0).program())));
    fields.add(field("program_sha256", JsonText.quoted(Digest.of(ImageFile.bytes(image)))));
    fields.add(field("rows", image.rows().size()));
    fields.add(field("seed", seed));
    fields.add(field("tools", "[" + tools.stream().map(JsonText::quoted).collect(COMMAS) + "]"));
    fields.add(field("used", counts(used)));
    fields.add(field("available", counts(board.device().capacity())));
    fields.add(field("clock_mhz", rounded(board.clockKhz() / 1e3)));
    if (placed != null) {
      fields.add(field("cells", placed.cells()));
      fields.add(field("highest_mhz", rounded(placed.mhz())));
      fields.add(field("slack_ns", rounded(placed.slack(board))));
    }
    String digests =
        files.entrySet().stream()
            .map(file -> field(file.getKey(), JsonText.quoted(file.getValue())))
            .collect(COMMAS);
    fields.add(field("files", "{" + digests + "}"));
    return "{\n  " + String.join(",\n  ", fields) + "\n}\n";
  }

  private static String counts(Resources resources) {
    List<String> fields = new ArrayList<>();
    for (int i = 0; i < Resources.NAMES.size(); i++) {
      fields.add(field(Resources.NAMES.get(i).toLowerCase(Locale.ROOT), resources.counts().get(i)));
    }
    return "{" + String.join(", ", fields) + "}";
  }

  private static String field(String name, Object value) {
    return JsonText.quoted(name) + ": " + value;
  }

  private static String rounded(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
