package org.weft.compiler.btf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.compiler.btf.BtfType.Enumerator;
import org.weft.compiler.btf.BtfType.Member;
import org.weft.compiler.btf.BtfType.SectionVariable;
import org.weft.compiler.elf.Span;
import org.weft.isa.InputException;

class BtfTest {
  private final BtfBuilder builder = new BtfBuilder();

  private Btf read() {
    return Btf.read(Span.of("a.o: section .BTF", builder.build()));
  }

  @Test
  void readsEveryKind() {
    int integer = builder.integer("int", 4);
    int last = 0;
    for (BtfKind kind : BtfKind.values()) {
      int words = kind.detailBytes(2) / 4;
      if (kind != BtfKind.VOID) {
        last = builder.type("t", kind.ordinal(), false, 2, integer, new long[words]);
      }
    }
    Btf btf = read();
    assertEquals(last + 1, btf.types().size());
    assertEquals(BtfKind.ENUM64, btf.type(last).kind());
    assertEquals("enum64 t", btf.describe(btf.type(last)));
  }

  @Test
  void sizesGoThroughModifiersAndArrays() {
    int integer = builder.integer("int", 4);
    int constant = builder.type("", BtfKind.CONST, integer);
    int named = builder.type("number", BtfKind.TYPEDEF, constant);
    int tagged = builder.type("user", BtfKind.TYPE_TAG, named);
    int matrix = builder.array(builder.array(tagged, 3), 5);
    int pointers = builder.array(builder.pointer(0), 7);
    int empty = builder.array(integer, 0);
    int enumeration = builder.type("e", BtfKind.ENUM64, 8);
    int function = builder.prototype(integer);
    Btf btf = read();
    assertEquals(60, btf.size(matrix));
    assertEquals(56, btf.size(pointers));
    assertEquals(0, btf.size(empty));
    assertEquals(8, btf.size(enumeration));
    assertEquals(integer, btf.resolve(tagged).id());
    assertMessage("(func_proto) has no size", () -> btf.size(function));
    assertMessage("type 0 (void) has no size", () -> btf.size(0));
    assertMessage("reference to type 99 of", () -> btf.size(99));
  }

  @Test
  void endlessTypesAreRefused() {
    builder.type("a", BtfKind.TYPEDEF, 2);
    builder.type("b", BtfKind.CONST, 1);
    builder.array(3, 1);
    int deep = builder.integer("int", 4);
    for (int i = 0; i < 100_000; i++) {
      deep = builder.type("", BtfKind.VOLATILE, deep);
    }
    int last = deep;
    int huge = builder.integer("int", 4);
    for (int i = 0; i < 4; i++) {
      huge = builder.array(huge, 0xffff);
    }
    int hugest = huge;
    Btf btf = read();
    assertMessage("type 1 is endless", () -> btf.resolve(1));
    assertMessage("type 3 is endless", () -> btf.size(3));
    assertMessage("is endless or a chain of over 256 types", () -> btf.size(last));
    assertMessage("is larger than 4 GiB", () -> btf.size(hugest));
  }

  @Test
  void readsMembersEnumeratorsAndVariables() {
    int bits =
        builder.type(
            "bits", BtfKind.STRUCT.ordinal(), true, 1, 8, builder.string("f"), 1, 5L << 24 | 35);
    int plain = builder.struct("plain", 8, "a", 1, 0, "b", 1, 4);
    int unsigned =
        builder.type("u", BtfKind.ENUM.ordinal(), false, 1, 4, builder.string("BIG"), 0xffffffffL);
    int signed =
        builder.type("s", BtfKind.ENUM.ordinal(), true, 1, 4, builder.string("NEG"), 0xffffffffL);
    int wide = builder.type("w", BtfKind.ENUM64.ordinal(), false, 1, 8, builder.string("W"), 7, 1);
    int section = builder.section(".maps", 3, 8, 16);
    int function = builder.prototype(1, 2);
    Btf btf = read();
    assertEquals(List.of(new Member("f", 1, 35, 5)), btf.members(btf.type(bits)));
    assertEquals(
        List.of(new Member("a", 1, 0, 0), new Member("b", 1, 32, 0)), btf.members(btf.type(plain)));
    assertEquals(List.of(new Enumerator("BIG", 0xffffffffL)), btf.enumerators(btf.type(unsigned)));
    assertEquals(List.of(new Enumerator("NEG", -1)), btf.enumerators(btf.type(signed)));
    assertEquals(List.of(new Enumerator("W", 0x100000007L)), btf.enumerators(btf.type(wide)));
    assertEquals(List.of(new SectionVariable(3, 8, 16)), btf.variables(btf.type(section)));
    assertEquals(List.of(1L, 2L), btf.parameters(btf.type(function)));
    assertEquals(section, btf.named(BtfKind.DATASEC, ".maps").get(0).id());
  }

  @Test
  void damageIsNamed() {
    builder.integer("int", 4);
    byte[] good = builder.build();
    assertDamaged("magic number 0xeb00 instead of 0xeb9f", good, 0, 0);
    assertDamaged("unknown version 7", good, 2, 7);
    assertDamaged("header of 8 bytes", good, 4, 8);
    assertDamaged("header of 251 bytes", good, 4, 251);
    assertDamaged("type table of 255 bytes", good, 12, 255);
    assertDamaged("string table of 255 bytes", good, 20, 255);
    assertDamaged("type 1 is of unknown kind 20", good, 24 + 7, 20);
    assertDamaged("type 1 is of unknown kind 0", good, 24 + 7, 0);
    assertDamaged("type 1 of 3060 bytes at offset 12", good, 24 + 4, 255, 24 + 7, 4);
    for (int length = 0; length < good.length; length++) {
      byte[] part = Arrays.copyOf(good, length);
      assertThrows(InputException.class, () -> Btf.read(Span.of("a.o", part)));
    }
  }

  private static void assertDamaged(String message, byte[] good, int... changes) {
    byte[] bad = good.clone();
    for (int i = 0; i < changes.length; i += 2) {
      bad[changes[i]] = (byte) changes[i + 1];
    }
    assertMessage(message, () -> Btf.read(Span.of("a.o: section .BTF", bad)));
  }

  private static void assertMessage(String expected, Runnable action) {
    String message = assertThrows(InputException.class, action::run).getMessage();
    assertTrue(message.startsWith("a.o: section .BTF: ") && message.contains(expected), message);
  }
}
