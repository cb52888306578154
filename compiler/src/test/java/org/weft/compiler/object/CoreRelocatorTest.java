package org.weft.compiler.object;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.compiler.btf.BtfKind;
import org.weft.isa.InputException;

class CoreRelocatorTest {
  /** A program of one instruction with a relocation; types as described at the table. */
  private static XdpObject load(String code, String type, String access, int kind) {
    ObjectBuilder object = new ObjectBuilder();
    int u32 = object.btf.integer("u32", 4);
    int u64 = object.btf.integer("u64", 8);
    Object[] fields = {"data_end", u32, 0, "rx_queue_index", u64, 8, "mark", u32, 16};
    int id =
        switch (type) {
          case "bpf_func_id", "bpf_map_type", "other_enum" -> {
            long[] values = {
              object.btf.string("A"), 1, object.btf.string("B"), 190, object.btf.string("C"), 999
            };
            yield object.btf.type(type, BtfKind.ENUM.ordinal(), false, 3, 4, values);
          }
          default -> object.btf.struct(type, 24, fields);
        };
    object.elf.function("main", object.elf.code("xdp", code + "; exit"), 0);
    object.btf.relocation("xdp", 0, id, access, kind).line("xdp", 0, "a.c", 3, "");
    return object.load();
  }

  /**
   * The types have the fields data_end (0, 4 bytes), rx_queue_index (8, 8 bytes) and mark (16, 4
   * bytes); the enumerations have the values 1, 190 and 999.
   */
  @ParameterizedTest(name = "{1} {2} kind {3}: {0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          r1 = *(u32 *)(r1 + 0)  | xdp_md       | 0:0 | 0  | r1 = *(u32 *)(r1 + 4)
          r1 = *(u64 *)(r1 + 8)  | xdp_md       | 0:1 | 0  | r1 = *(u32 *)(r1 + 16)
          r1 = *(u32 *)(r1 + 0)  | xdp_md___v2  | 0:0 | 0  | r1 = *(u32 *)(r1 + 4)
          *(u64 *)(r1 + 8) = r2  | xdp_md       | 0:1 | 0  | *(u32 *)(r1 + 16) = r2
          r2 = 8                 | xdp_md       | 0:1 | 0  | r2 = 16
          r2 += 8                | xdp_md       | 0:1 | 0  | r2 += 16
          r2 = 8 ll              | xdp_md       | 0:1 | 0  | r2 = 16 ll
          r2 = 8                 | xdp_md       | 0:1 | 1  | r2 = 4
          r2 = 1                 | xdp_md       | 0:1 | 2  | r2 = 1
          r2 = 1                 | xdp_md       | 0:2 | 2  | r2 = 0
          r2 = 1                 | xdp_md       | 0:0 | 3  | r2 = 0
          r2 = 0                 | xdp_md       | 0:0 | 4  | r2 = 32
          r2 = 0                 | xdp_md       | 0:0 | 5  | r2 = 32
          r2 = 5 ll              | xdp_md       | 0   | 6  | r2 = 5 ll
          w2 = 0                 | xdp_md       | 0   | 8  | w2 = 1
          r2 = 32                | xdp_md       | 0   | 9  | r2 = 24
          r2 = 1                 | xdp_md       | 0   | 12 | r2 = 1
          r1 = *(u32 *)(r2 + 16) | iphdr        | 0:2 | 0  | r1 = *(u32 *)(r2 + 16)
          r1 = 1                 | iphdr        | 0:2 | 2  | r1 = 1
          r1 = 24                | iphdr        | 0   | 9  | r1 = 24
          r1 = *(u32 *)(r2 + 16) | my_struct    | 0:2 | 0  | r1 = *(u32 *)(r2 + 16)
          r1 = 1                 | task_struct  | 0   | 8  | r1 = 0
          r1 = 1                 | task_struct  | 0:0 | 2  | r1 = 0
          r1 = 1 ll              | bpf_func_id  | 0   | 10 | r1 = 1 ll
          r1 = 1 ll              | bpf_func_id  | 1   | 10 | r1 = 1 ll
          r1 = 1 ll              | bpf_func_id  | 2   | 10 | r1 = 0 ll
          r1 = 1 ll              | bpf_map_type | 2   | 10 | r1 = 0 ll
          r1 = 190 ll            | bpf_func_id  | 1   | 11 | r1 = 190 ll
          r1 = 1                 | other_enum   | 0   | 10 | r1 = 0
          r1 = *(u32 *)(r1 + 16) | xdp_md       | 0:2 | 0  | call 195896080
          r1 = 7 ll              | iphdr        | 0   | 7  | call 195896080
          """)
  void instructionsFollowTheLayoutsOfWeft(
      String code, String type, String access, int kind, String expected) {
    String text = ObjectLoaderTest.text(load(code, type, access, kind).program("main"));
    assertEquals(expected, text.lines().findFirst().orElseThrow());
  }

  @Test
  void whatIsMissingIsNoted() {
    assertEquals(
        List.of(
            "program main, insn 0 (a.c:3): xdp_md has no field mark; the program must not get"
                + " here"),
        load("r1 = *(u32 *)(r1 + 16)", "xdp_md", "0:2", 0).notes());
    assertEquals(
        List.of("program main, insn 0 (a.c:3): struct sk_buff is taken as not in this kernel"),
        load("r1 = 1", "sk_buff", "0", 8).notes());
  }

  @ParameterizedTest(name = "{1} {2} kind {3}: {0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          r1 = 1  | xdp_md      | 0:9  | 0  | access string "0:9"
          r1 = 1  | xdp_md      | 0:-1 | 0  | access string "0:-1"
          r1 = 1  | xdp_md      | 1    | 0  | access string "1" to xdp_md
          r1 = 1  | xdp_md      | 0:x  | 0  | type relocation with access string "0:x"
          r1 = r2 | xdp_md      | 0:0  | 0  | type relocation of opcode 0xbf
          call 1  | xdp_md      | 0:0  | 0  | type relocation of opcode 0x85
          r1 = 1  | bpf_func_id | 3    | 10 | access string "3"
          r1 = 1  | xdp_md      | 0    | 13 | unknown kind 13 of type relocation
          """)
  void relocationsThatDoNotFitAreRefused(
      String code, String type, String access, int kind, String cause) {
    String message =
        assertThrows(InputException.class, () -> load(code, type, access, kind)).getMessage();
    assertTrue(message.startsWith("a.o: section xdp: program main, insn 0 (a.c:3): "), message);
    assertTrue(message.endsWith(cause), message);
  }
}
