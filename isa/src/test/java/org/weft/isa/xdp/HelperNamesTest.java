package org.weft.isa.xdp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class HelperNamesTest {
  @Test
  void everyHelperOfWeftHasTheNameThatLinuxGivesIt() {
    for (HelperFunction helper : HelperFunction.values()) {
      assertEquals(
          "helper " + helper.number() + " (" + helper.functionName() + ")",
          HelperNames.describe(helper.number()));
    }
  }

  @Test
  void numbersThatNoHelperHasAreSaidAlone() {
    assertEquals("helper 0", HelperNames.describe(0));
    assertEquals("helper -1", HelperNames.describe(-1));
    assertEquals("helper 4000", HelperNames.describe(4000));
  }
}
