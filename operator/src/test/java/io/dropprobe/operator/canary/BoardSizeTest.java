// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.trial.TrialBoard;
import io.dropprobe.api.trial.TrialEntry;
import io.dropprobe.api.trial.TrialEntry.Failure;
import io.dropprobe.api.trial.TrialEntry.State;
import io.dropprobe.api.trial.TrialKey;
import io.dropprobe.operator.cluster.Snapshot;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BoardSizeTest {
  private static final Instant NOW = Instant.parse("2026-01-02T00:00:00Z");
  private static final Claims NOTHING = new Claims(new Snapshot(Map.of(), Map.of(), Map.of()));

  private static TrialEntry entry(int i, State state, List<Failure> failures) {
    return new TrialEntry(
        new TrialKey("s" + i, "b", "r", "v", TrialWorld.KEY.hooks()),
        state,
        List.of(),
        List.of(),
        failures,
        0,
        "2026-01-01T%02d:%02d:00Z".formatted(i / 60, i % 60));
  }

  @Test
  void longestEntriesThatNoReportNamesStayBelowTheBound() {
    List<Failure> failures =
        IntStream.range(0, 8)
            .mapToObj(i -> new Failure(i + "n".repeat(252), "u".repeat(64), "rebooted", "now"))
            .toList();
    List<TrialEntry> kept =
        BoardSize.bounded(
            IntStream.range(0, 128).mapToObj(i -> entry(i, State.STOPPED, failures)).toList(),
            TrialBoard.EMPTY,
            NOTHING,
            NOW);
    long bytes =
        TrialBoard.of(kept).format().values().stream()
            .mapToLong(v -> v.getBytes(StandardCharsets.UTF_8).length)
            .sum();
    assertTrue(bytes <= 16 * 1024 && bytes > 12 * 1024, () -> bytes + " bytes");
  }

  @Test
  void oldestProofsThatNoReportNamesAreDroppedFirst() {
    List<TrialEntry> kept =
        BoardSize.bounded(
            IntStream.range(0, 130).mapToObj(i -> entry(i, State.PROVEN, List.of())).toList(),
            TrialBoard.EMPTY,
            NOTHING,
            NOW);
    assertEquals(32, kept.size());
    assertEquals("s129", kept.get(0).key().srcversion());
    assertEquals("s98", kept.get(31).key().srcversion());
  }

  @Test
  void stoppedModulesAreDroppedAfterProofsThatNoReportNames() {
    List<Failure> two =
        List.of(new Failure("a", "u1", "rebooted", ""), new Failure("b", "u2", "rebooted", ""));
    List<TrialEntry> kept =
        BoardSize.bounded(
            IntStream.range(0, 130)
                .mapToObj(
                    i -> i == 0 ? entry(0, State.STOPPED, two) : entry(i, State.PROVEN, List.of()))
                .toList(),
            TrialBoard.EMPTY,
            NOTHING,
            NOW.plusSeconds(7 * 86_400));
    assertEquals("s0", kept.get(0).key().srcversion());
  }
}
