// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TruthTableTest {
  private static final List<String> LINES =
      List.of(
          "# a comment",
          "port  0 N 0  datagrams to a closed port",
          "",
          "full  N 3 0  a full queue",
          "  sid,trixie  0 0 N  because it gives no reason",
          "silent  N 0 0  never freed",
          "  all  0 0 0  because nothing is freed",
          "  sid  - - -  because it is too new");

  private final TruthTable table = TruthTable.parse(LINES);

  private static List<Long> packets(TruthTable.Expected e) {
    return List.of(e.lost().packets(7), e.refused().packets(7), e.unclear().packets(7));
  }

  @Test
  void takesMeasuredNumberForN() {
    assertEquals(List.of(0L, 7L, 0L), packets(table.rows().get("port").on("sid")));
    assertEquals(List.of(7L, 3L, 0L), packets(table.rows().get("full").on("bookworm")));
  }

  @Test
  void prefersExceptionOfKernel() {
    TruthTable.Expected full = table.rows().get("full").on("trixie");
    assertEquals(List.of(0L, 0L, 7L), packets(full));
    assertEquals("it gives no reason", full.why());
    TruthTable.Row silent = table.rows().get("silent");
    assertEquals(List.of(0L, 0L, 0L), packets(silent.on("trixie")));
    assertTrue(silent.on("sid").skipped());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "port 0 0 0 for a second time",
        "few 0 0",
        "word 0 0 some more",
        "  sid 0 0 0 without a reason",
        "  sid 0 0 1 because of a second exception",
      })
  void rejectsWrongLine(String line) {
    List<String> lines = new ArrayList<>(LINES);
    lines.add(line);
    String message =
        assertThrows(IllegalArgumentException.class, () -> TruthTable.parse(lines)).getMessage();
    assertTrue(message.endsWith(line), message);
  }

  @Test
  void rejectsExceptionWithoutWorkload() {
    assertThrows(
        IllegalArgumentException.class,
        () -> TruthTable.parse(List.of("  sid 0 0 0 because there is no workload")));
  }
}
