package org.weft.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.Map;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapType;
import org.weft.isa.xdp.XdpAction;
import org.weft.sim.map.MapContents;
import org.weft.sim.map.MapStore;
import org.weft.sim.packet.PacketBuffer;

/** One JSON object a line. Nothing is allocated for a packet. */
final class JsonReport implements Report {
  private static final char[] DIGITS = "0123456789abcdef".toCharArray();

  private final JsonGenerator json;
  private final MapStore store;
  private final boolean withMaps;
  private final char[] hex = new char[2 * PacketBuffer.BUFFER_BYTES];

  /**
   * A report to a stream, which is flushed but not closed.
   *
   * @param store the engine's maps, of which redirects give the names
   * @param withMaps whether to print what the maps hold
   */
  JsonReport(OutputStream out, MapStore store, boolean withMaps) throws IOException {
    json = new JsonFactory().createGenerator(out);
    json.setRootValueSeparator(new SerializedString("\n"));
    json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    this.store = store;
    this.withMaps = withMaps;
  }

  @Override
  public void packet(int ret, long rows, long cycles, PacketBuffer packet, boolean changed)
      throws IOException {
    json.writeStartObject();
    json.writeNumberField("n", packet.number);
    json.writeNumberField("ret", ret & 0xffffffffL);
    if (changed) {
      hexField("out", packet.bytes, packet.data, packet.dataEnd);
    }
    if (packet.dataMeta < packet.data) {
      hexField("meta", packet.bytes, packet.dataMeta, packet.data);
    }
    if (ret == XdpAction.REDIRECT.ordinal()) {
      redirect(packet);
    }
    if (cycles >= 0) {
      json.writeNumberField("cycles", cycles);
    }
    if (rows >= 0) {
      json.writeNumberField("rows", rows);
    }
    json.writeEndObject();
  }

  /** The interface where there is one; else (CPUs, sockets, broadcast) the entry of the map. */
  private void redirect(PacketBuffer packet) throws IOException {
    if (packet.redirectIfindex != 0) {
      json.writeNumberField("redirect", packet.redirectIfindex);
    } else if (packet.redirectMap >= 0) {
      json.writeStringField("redirect_map", store.definitions().get(packet.redirectMap).name());
      json.writeNumberField("redirect_key", packet.redirectKey & 0xffffffffL);
    }
  }

  private void hexField(String name, byte[] bytes, int from, int to) throws IOException {
    int length = 0;
    for (int i = from; i < to; i++) {
      hex[length++] = DIGITS[bytes[i] >> 4 & 15];
      hex[length++] = DIGITS[bytes[i] & 15];
    }
    json.writeFieldName(name);
    json.writeString(hex, 0, length);
  }

  @Override
  public void finish(MapStore maps, Summary summary) throws IOException {
    int count = withMaps ? maps.definitions().size() : 0;
    for (int i = 0; i < count; i++) {
      if (!maps.definitions().get(i).isOfLibrary()) {
        map(maps.contents(i));
      }
    }
    summary(summary);
    json.writeRaw('\n');
    json.flush();
  }

  @Override
  public void flush() throws IOException {
    json.flush();
  }

  private void map(MapContents contents) throws IOException {
    json.writeStartObject();
    json.writeStringField("map", contents.definition().name());
    json.writeStringField("type", contents.definition().type().label());
    if (contents.definition().type() == MapType.RINGBUF) {
      records(contents);
      return;
    }
    json.writeObjectFieldStart("entries");
    for (Map.Entry<Bytes, MapContents.Value> entry : contents.entries().entrySet()) {
      json.writeFieldName(entry.getKey().toString());
      value(contents, entry.getValue());
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  /** What came out of a ring buffer, in order. */
  private void records(MapContents contents) throws IOException {
    json.writeArrayFieldStart("entries");
    for (MapContents.Value value : contents.entries().values()) {
      value(contents, value);
    }
    json.writeEndArray();
    json.writeEndObject();
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

  private void summary(Summary summary) throws IOException {
    json.writeStartObject();
    json.writeObjectFieldStart("summary");
    json.writeNumberField("packets", summary.packets());
    json.writeNumberField("seconds", summary.seconds());
    for (XdpAction action : XdpAction.values()) {
      json.writeNumberField(action.name().toLowerCase(Locale.ROOT), summary.count(action));
    }
    if (summary.notRun() > 0) {
      json.writeNumberField("not_run", summary.notRun());
    }
    if (summary.noPort() > 0) {
      json.writeNumberField("no_port", summary.noPort());
    }
    if (summary.noRoom() > 0) {
      json.writeNumberField("output_overflow", summary.noRoom());
    }
    if (summary.rows >= 0) {
      json.writeNumberField("rows", summary.rows);
    }
    if (summary.cycles() >= 0) {
      json.writeNumberField("cycles", summary.cycles());
      json.writeNumberField("packets_per_cycle", summary.packetsPerCycle());
      json.writeNumberField("mpps", summary.mpps());
    }
    if (summary.kernelNanosPerPacket() >= 0) {
      json.writeNumberField("kernel_ns_per_packet", summary.kernelNanosPerPacket());
    }
    json.writeEndObject();
    json.writeEndObject();
  }
}
