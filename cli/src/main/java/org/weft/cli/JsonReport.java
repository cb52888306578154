package org.weft.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.XdpAction;
import org.weft.sim.map.MapContents;
import org.weft.sim.map.MapStore;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.trace.TraceReader;

/** One JSON object a line. */
final class JsonReport implements Report {
  private final JsonGenerator json;
  private final boolean withMaps;

  JsonReport(PrintStream out, boolean withMaps) throws IOException {
    json = new JsonFactory().createGenerator(out);
    json.setRootValueSeparator(new SerializedString("\n"));
    json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    this.withMaps = withMaps;
  }

  @Override
  public void packet(long number, int ret, long rows, PacketBuffer packet, TraceReader received)
      throws IOException {
    json.writeStartObject();
    json.writeNumberField("n", number);
    json.writeNumberField("ret", ret & 0xffffffffL);
    boolean same =
        packet.length() == received.length()
            && Arrays.equals(
                packet.bytes, packet.data, packet.dataEnd, received.frame(), 0, received.length());
    if (!same) {
      json.writeStringField("out", Bytes.of(packet.bytes, packet.data, packet.length()).toString());
    }
    if (packet.dataMeta < packet.data) {
      json.writeStringField(
          "meta",
          Bytes.of(packet.bytes, packet.dataMeta, packet.data - packet.dataMeta).toString());
    }
    if (ret == XdpAction.REDIRECT.ordinal()) {
      if (packet.redirectIfindex != 0) {
        json.writeNumberField("redirect", packet.redirectIfindex);
      }
      if (packet.redirectMap >= 0) {
        json.writeNumberField("redirect_key", packet.redirectKey & 0xffffffffL);
      }
    }
    if (rows >= 0) {
      json.writeNumberField("rows", rows);
    }
    json.writeEndObject();
  }

  @Override
  public void maps(MapStore maps) throws IOException {
    for (int i = 0; withMaps && i < maps.definitions().size(); i++) {
      MapContents contents = maps.contents(i);
      json.writeStartObject();
      json.writeStringField("map", contents.definition().name());
      json.writeStringField("type", contents.definition().type().label());
      json.writeObjectFieldStart("entries");
      for (Map.Entry<Bytes, MapContents.Value> entry : contents.entries().entrySet()) {
        json.writeFieldName(entry.getKey().toString());
        value(contents, entry.getValue());
      }
      json.writeEndObject();
      json.writeEndObject();
    }
  }

  private void value(MapContents contents, MapContents.Value value) throws IOException {
    if (value.reference() != null) {
      json.writeString(value.reference());
    } else if (contents.definition().type().isPerCpu()) {
      json.writeStartArray();
      for (Bytes bytes : value.bytes()) {
        json.writeString(bytes.toString());
      }
      json.writeEndArray();
    } else {
      json.writeString(value.bytes().get(0).toString());
    }
  }

  @Override
  public void summary(Summary summary) throws IOException {
    json.writeStartObject();
    json.writeObjectFieldStart("summary");
    json.writeNumberField("packets", summary.packets());
    json.writeNumberField("seconds", summary.seconds());
    for (XdpAction action : XdpAction.values()) {
      json.writeNumberField(
          action.name().toLowerCase(Locale.ROOT), summary.count(action.ordinal()));
    }
    if (summary.kernelNanos >= 0) {
      json.writeNumberField("kernel_ns_per_packet", summary.kernelNanos);
    }
    if (summary.tooLong > 0) {
      json.writeNumberField("too_long", summary.tooLong);
    }
    json.writeEndObject();
    json.writeEndObject();
    json.writeRaw('\n');
    json.flush();
  }
}
