package org.weft.compiler.btf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.weft.isa.InputException;

/**
 * The records of a {@code .BTF.ext} section.
 *
 * @param lines source lines
 * @param relocations CO-RE relocations
 */
public record BtfExt(List<Line> lines, List<CoreRelocation> relocations) {
  /**
   * The source line from an instruction on.
   *
   * @param section section of the code
   * @param offset byte in the section
   * @param file file name
   * @param line from 1
   * @param text the line
   */
  public record Line(String section, long offset, String file, int line, String text) {}

  /**
   * A place that depends on the kernel's types.
   *
   * @param section section of the code
   * @param offset byte in the section
   * @param type BTF type that is accessed
   * @param access path, such as {@code 0:1}
   * @param kind {@code enum bpf_core_relo_kind}
   */
  public record CoreRelocation(String section, long offset, int type, String access, int kind) {}

  private interface Reader {
    void read(String section, ByteBuffer data, int position);
  }

  /**
   * Reads a section.
   *
   * @throws InputException when it is malformed
   */
  public static BtfExt parse(ByteBuffer section, Btf btf) {
    ByteBuffer data = section.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    if (data.remaining() < 24 || Short.toUnsignedInt(data.getShort(0)) != Btf.MAGIC) {
      throw new InputException(".BTF.ext: no BTF header");
    }
    long header = Integer.toUnsignedLong(data.getInt(4));
    List<Line> lines = new ArrayList<>();
    each(
        Btf.part(data, header, data.getInt(16), data.getInt(20), "line records"),
        16,
        btf,
        (name, part, at) ->
            lines.add(
                new Line(
                    name,
                    Integer.toUnsignedLong(part.getInt(at)),
                    btf.string(part.getInt(at + 4)),
                    part.getInt(at + 12) >>> 10,
                    btf.string(part.getInt(at + 8)).strip())));
    List<CoreRelocation> relocations = new ArrayList<>();
    if (header >= 32 && data.remaining() >= 32) {
      each(
          Btf.part(data, header, data.getInt(24), data.getInt(28), "CO-RE relocations"),
          16,
          btf,
          (name, part, at) ->
              relocations.add(
                  new CoreRelocation(
                      name,
                      Integer.toUnsignedLong(part.getInt(at)),
                      part.getInt(at + 4),
                      btf.string(part.getInt(at + 8)),
                      part.getInt(at + 12))));
    }
    return new BtfExt(lines, relocations);
  }

  private static void each(ByteBuffer part, int least, Btf btf, Reader reader) {
    if (part.remaining() < 4) {
      return;
    }
    long record = Integer.toUnsignedLong(part.getInt());
    if (record < least || record > part.capacity()) {
      throw new InputException(".BTF.ext: records of " + record + " bytes; at least " + least);
    }
    while (part.remaining() >= 8) {
      String section = btf.string(part.getInt());
      long count = Integer.toUnsignedLong(part.getInt());
      if (count * record > part.remaining()) {
        throw new InputException(".BTF.ext: records of section " + section + " are cut off");
      }
      for (long i = 0; i < count; i++) {
        reader.read(section, part, part.position());
        part.position(part.position() + (int) record);
      }
    }
  }
}
