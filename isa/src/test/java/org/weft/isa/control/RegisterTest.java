package org.weft.isa.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The registers of a NIC. */
final class RegisterTest {
  @Test
  void registersStandOneBehindTheOther() {
    int end = 0;
    for (Register register : Register.values()) {
      assertTrue(register.offset() >= end, register.name());
      assertEquals(0, register.offset() % 4);
      end = register.offset() + 4 * register.words();
      assertEquals(register, Register.at(register.offset()));
      assertEquals(register, Register.at(end - 4));
    }
    assertTrue(end <= Register.BYTES);
    assertEquals(null, Register.at(Register.BYTES - 4));
  }

  @Test
  void documentHasTheTable() throws IOException {
    String page = Files.readString(Path.of("../docs/microarchitecture.md"));
    assertTrue(page.contains(Register.table()), "put this there:\n" + Register.table());
  }
}
