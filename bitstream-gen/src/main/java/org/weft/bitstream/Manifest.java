package org.weft.bitstream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.weft.bitstream.step.Digest;
import org.weft.isa.image.ImageFile;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;

/**
 * What a bitstream was made from, and what came out.
 *
 * @param image null where it starts without a program
 * @param tools what the tools say of their versions
 * @param files digests of files beside it
 */
public record Manifest(
    Board board,
    MachineSpec machine,
    ProgramImage image,
    int seed,
    Usage usage,
    Placed placed,
    List<String> tools,
    Map<String, String> files) {

  /** As text: the same for the same content. */
  String json() throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
      printer.indentObjectsWith(new com.fasterxml.jackson.core.util.DefaultIndenter("  ", "\n"));
      json.setPrettyPrinter(printer);
      json.writeStartObject();
      json.writeStringField("board", board.text());
      json.writeStringField("machine", machine.name());
      json.writeStringField("machine_sha256", HexFormat.of().formatHex(MachineFile.hash(machine)));
      if (image != null) {
        json.writeStringField("program", image.entries().get(0).program());
        json.writeStringField("program_sha256", Digest.of(ImageFile.bytes(image)));
        json.writeNumberField("rows", image.rows().size());
      }
      json.writeNumberField("seed", seed);
      json.writeArrayFieldStart("tools");
      for (String tool : tools) {
        json.writeString(tool);
      }
      json.writeEndArray();
      json.writeNumberField("tables", usage.tables());
      json.writeNumberField("flip_flops", usage.flipFlops());
      json.writeNumberField("cells", placed.cells());
      json.writeNumberField("cells_available", board.cells());
      json.writeNumberField("block_memories", placed.memories());
      json.writeNumberField("block_memories_available", board.memories());
      json.writeNumberField("clock_mhz", board.clockKhz() / 1e3);
      json.writeNumberField("highest_mhz", Math.round(100 * placed.mhz()) / 100.0);
      json.writeNumberField("slack_ns", Math.round(100 * placed.slack(board)) / 100.0);
      json.writeObjectFieldStart("files");
      for (Map.Entry<String, String> file : files.entrySet()) {
        json.writeStringField(file.getKey(), file.getValue());
      }
      json.writeEndObject();
      json.writeEndObject();
    }
    return text + "\n";
  }
}
