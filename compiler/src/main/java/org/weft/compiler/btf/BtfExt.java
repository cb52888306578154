package org.weft.compiler.btf;

import static java.util.Comparator.comparingLong;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.compiler.elf.Span;

/**
 * What BTF says about instructions (Linux, Documentation/bpf/btf.rst, section 4).
 *
 * <pre>
 * header   0 magic(2) version(1) flags(1) header length(4)
 *          8 func_info offset(4) length(4)  line_info offset(4) length(4)
 *         24 core_relo offset(4) length(4)
 * table    0 record size(4), then for each section: name(4) records(4) record...
 * func     0 offset(4) type(4)
 * line     0 offset(4) file name(4) line text(4) line &lt;&lt; 10 | column(4)
 * core     0 offset(4) type(4) access string(4) kind(4)
 * </pre>
 */
public final class BtfExt {
  private static final int HEADER_WITH_CORE = 32;

  /**
   * A function.
   *
   * @param offset byte offset in its section
   * @param type number of its FUNC
   */
  public record FunctionInfo(long offset, long type) {}

  /**
   * A source line.
   *
   * @param offset byte offset in its section
   * @param file string offset of the file name
   * @param text string offset of the line's text
   * @param line from 1
   */
  public record LineInfo(long offset, long file, long text, int line) {}

  /**
   * A relocation to the layout of a type.
   *
   * @param offset byte offset in its section
   * @param type number of the type accessed
   * @param access string offset of the path to the field
   * @param kind what is asked for
   */
  public record CoreInfo(long offset, long type, long access, long kind) {}

  private final Map<String, List<FunctionInfo>> functions = new LinkedHashMap<>();
  private final Map<String, List<LineInfo>> lines = new LinkedHashMap<>();
  private final Map<String, List<CoreInfo>> relocations = new LinkedHashMap<>();

  private BtfExt() {}

  /** Nothing known. */
  public static BtfExt empty() {
    return new BtfExt();
  }

  /**
   * Reads a section {@code .BTF.ext}.
   *
   * @throws org.weft.isa.InputException when it is malformed
   */
  public static BtfExt read(Span section, Btf btf) {
    BtfExt ext = new BtfExt();
    long header = Btf.headerLength(section);
    Span body = section.part(header, section.length() - header, "content");
    table(
        body.part(section.u32(8), section.u32(12), "func_info"),
        8,
        btf,
        ext.functions,
        record -> new FunctionInfo(record.u32(0), record.u32(4)));
    table(
        body.part(section.u32(16), section.u32(20), "line_info"),
        16,
        btf,
        ext.lines,
        r -> new LineInfo(r.u32(0), r.u32(4), r.u32(8), r.s32(12) >>> 10));
    if (header >= HEADER_WITH_CORE) {
      table(
          body.part(section.u32(24), section.u32(28), "core_relo"),
          16,
          btf,
          ext.relocations,
          r -> new CoreInfo(r.u32(0), r.u32(4), r.u32(8), r.u32(12)));
    }
    ext.functions.values().forEach(list -> list.sort(comparingLong(FunctionInfo::offset)));
    ext.lines.values().forEach(list -> list.sort(comparingLong(LineInfo::offset)));
    ext.relocations.values().forEach(list -> list.sort(comparingLong(CoreInfo::offset)));
    return ext;
  }

  private interface RecordReader<T> {
    T read(Span bytes);
  }

  private static <T> void table(
      Span table, int leastBytes, Btf btf, Map<String, List<T>> to, RecordReader<T> reader) {
    if (table.length() == 0) {
      return;
    }
    long recordBytes = table.u32(0);
    if (recordBytes < leastBytes) {
      throw table.error("records of " + recordBytes + " bytes instead of " + leastBytes);
    }
    long at = 4;
    while (at < table.length()) {
      String section = btf.string(table.u32(at));
      long count = table.u32(at + 4);
      Span records = table.part(at + 8, count * recordBytes, "records of section " + section);
      List<T> list = to.computeIfAbsent(section, name -> new ArrayList<>());
      for (long i = 0; i < count; i++) {
        list.add(reader.read(records.part(i * recordBytes, recordBytes, "record")));
      }
      at += 8 + count * recordBytes;
    }
  }

  /** The functions of a section, by ascending offset. */
  public List<FunctionInfo> functions(String section) {
    return functions.getOrDefault(section, List.of());
  }

  /** The source lines of a section, by ascending offset. */
  public List<LineInfo> lines(String section) {
    return lines.getOrDefault(section, List.of());
  }

  /** The relocations to type layouts of a section, by ascending offset. */
  public List<CoreInfo> relocations(String section) {
    return relocations.getOrDefault(section, List.of());
  }
}
