package org.weft.sim.rtl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.weft.isa.machine.OutsideMemory;

/** What Verilator and the compiler make of a machine. */
final class ModelBuildTest {
  /** A function of a core, by the core it was first made for; not the one that makes its memory. */
  private static final Pattern OF_CORE =
      Pattern.compile("\\bVNic_Core___\\w+__DOT__all_(\\d+)\\w*");

  /** Else a machine of many cores does not fit the host's caches: 2.5 times slower with eight. */
  @Test
  void coresAreOnePieceOfCode() throws IOException {
    Path library = ModelBuild.library(LockStepTest.TWO, OutsideMemory.NONE, false);
    List<String> others = new ArrayList<>();
    int functions = 0;
    try (DirectoryStream<Path> sources =
        Files.newDirectoryStream(library.resolveSibling("obj"), "VNic_Core*.cpp")) {
      for (Path source : sources) {
        String text = Files.readString(source, StandardCharsets.ISO_8859_1);
        for (Matcher found = OF_CORE.matcher(text); found.find(); functions++) {
          if (!"0".equals(found.group(1))) {
            others.add(found.group());
          }
        }
      }
    }
    assertTrue(functions > 0, "functions of cores");
    assertEquals(List.of(), others, "functions of cores other than the first");
  }
}
