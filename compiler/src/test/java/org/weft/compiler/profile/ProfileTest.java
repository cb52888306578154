package org.weft.compiler.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.IrParser;
import org.weft.compiler.ir.Terminator;

class ProfileTest {
  private static Terminator.Branch branch(Graph graph, int block) {
    return (Terminator.Branch) graph.blocks().get(block).terminator();
  }

  @Test
  void branchesGetTheLikelihoodOfTheirInstruction() {
    Graph graph =
        IrParser.parse(
            """
            b0:
              %1 = fact length
              if %1 < 14 goto b3 else b1 @4
            b1:
              if %1 < 18 goto b3 else b2 @4
            b2:
              if %1 < 34 goto b3 else b4 @7
            b3:
              exit 1
            b4:
              exit 2
            """);
    new Profile(Map.of(4, new Profile.Outcomes(30, 10))).annotate(graph);
    assertEquals(0.75, branch(graph, 0).likelihood(), 0.01);
    assertEquals(0.75, branch(graph, 1).likelihood(), 0.01);
    assertEquals(Terminator.Branch.UNKNOWN, branch(graph, 2).likelihood());
    assertEquals(0.25, branch(graph, 0).inverted().likelihood(), 0.01);
  }

  @Test
  void whatWasNotSeenIsNotImpossible() {
    assertTrue(new Profile.Outcomes(1000, 0).likelihood() < 1);
    assertTrue(new Profile.Outcomes(0, 1000).likelihood() > 0);
    assertEquals(0.5, new Profile.Outcomes(7, 7).likelihood());
    assertThrows(IllegalStateException.class, () -> new Profile.Outcomes(0, 0));
  }

  /** Frequencies of the blocks of a loop in a loop whose branches have these likelihoods. */
  private static List<Double> frequencies(String inner, String outer) {
    Graph graph =
        IrParser.parse(
            """
            b0:
              %1 = fact length
              goto b1
            b1:
              goto b2
            b2:
              if %1 < 9 goto b2 else b3 INNER
            b3:
              if %1 < 8 goto b1 else b4 OUTER
            b4:
              exit 0
            """
                .replace("INNER", inner)
                .replace("OUTER", outer));
    Likelihoods likelihoods = new Likelihoods(graph);
    List<Double> all = new ArrayList<>();
    graph.blocks().forEach(block -> all.add(likelihoods.frequency(block)));
    return all;
  }

  private static void assertClose(List<Double> expected, List<Double> actual) {
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(expected.get(i), actual.get(i), 1e-6 * expected.get(i), actual.toString());
    }
  }

  @Test
  void loopsTurnAsOftenAsTheirBranchesSay() {
    assertClose(
        List.of(1.0, 4.0, 20.0, 4.0, 1.0), frequencies("likelihood 0.8000", "likelihood 0.7500"));
  }

  @Test
  void loopsThatWereNotMeasuredTurnAsUsual() {
    assertClose(List.of(1.0, 10.0, 100.0, 10.0, 1.0), frequencies("", ""));
    assertClose(List.of(1.0, 10.0, 50.0, 10.0, 1.0), frequencies("likelihood 0.8000", ""));
  }

  @Test
  void aLoopThatNeverEndedStillHasAFrequency() {
    assertTrue(frequencies("likelihood 1.0000", "").get(2) <= 1e7);
  }

  @Test
  void waysOutInTheMiddleOfALoopCount() {
    Graph graph =
        IrParser.parse(
            """
            b0:
              %1 = fact length
              goto b1
            b1:
              if %1 < 9 goto b3 else b2 likelihood 0.5000
            b2:
              if %1 < 8 goto b1 else b3 likelihood 0.5000
            b3:
              exit 0
            """);
    Likelihoods likelihoods = new Likelihoods(graph);
    assertEquals(1 / 0.75, likelihoods.frequency(graph.blocks().get(1)), 1e-9);
  }
}
