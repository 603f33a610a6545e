// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.rules.NodeFacts;
import io.dropprobe.api.trial.Hook;
import io.dropprobe.api.trial.TrialBoard;
import io.dropprobe.api.trial.TrialEntry;
import io.dropprobe.api.trial.TrialEntry.Failure;
import io.dropprobe.api.trial.TrialEntry.State;
import io.dropprobe.api.trial.TrialKey;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.Trial;
import io.dropprobe.api.v1alpha1.TrialPhase;
import io.dropprobe.operator.cluster.ClusterNode;
import io.dropprobe.operator.probe.Verdict.Kind;
import io.dropprobe.operator.testing.Reports;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a DropProbe says of nodes that wait for a proof. */
class ModuleWaitTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final TrialKey KEY =
      new TrialKey("A".repeat(23), "b", "6.12.0-test", "#1", Set.of(Hook.DROPS));
  private static final Verdict PENDING =
      new Verdict("w", Kind.PENDING, "NotYetReported", "not applied yet");
  private static final Verdict ACTIVE = new Verdict("w", Kind.ACTIVE, null, null);

  private static Verdict in(Verdict verdict, TrialPhase phase, TrialEntry... entries) {
    DropProbeNode report = Reports.report("w", NOON);
    report.getStatus().kernel.version = "#1";
    report.getStatus().module.trial = new Trial();
    report.getStatus().module.trial.phase = phase;
    report.getStatus().module.trial.srcversion = KEY.srcversion();
    report.getStatus().module.trial.builder = KEY.builder();
    report.getStatus().module.trial.hooks = Hook.format(KEY.hooks());
    ClusterNode failed =
        new ClusterNode(
            "a",
            new NodeFacts("uid-a", Map.of(), List.of()),
            "boot",
            KEY.release(),
            true,
            false,
            null,
            null);
    return new ModuleWait(TrialBoard.of(List.of(entries)), Map.of("a", failed), NOON)
        .in(verdict, report);
  }

  private static TrialEntry entry(State state, List<String> canaries, String... failed) {
    return new TrialEntry(
        KEY,
        state,
        canaries,
        List.of(),
        List.of(failed).stream()
            .map(n -> new Failure(n, "uid-" + n, "rebooted", "2026-01-01T11:00:00Z"))
            .toList(),
        0,
        "2026-01-01T11:59:00Z");
  }

  @Test
  void pendingNodeNamesTheCanaryThatItWaitsFor() {
    Verdict v = in(PENDING, TrialPhase.Waiting, entry(State.TRYING, List.of("a")));
    assertTrue(v.waits());
    assertEquals(Kind.PENDING, v.kind());
    assertEquals("AwaitingCanary", v.reason());
    assertEquals(
        "the module is built, and loaded here when it is proven; it is tried on a since 2026-01-01T11:59:00Z",
        v.message());
  }

  @Test
  void nodeThatCountsWithItsOldModuleHasNoProblem() {
    Verdict v = in(ACTIVE, TrialPhase.Waiting, entry(State.TRYING, List.of("a")));
    assertTrue(v.waits());
    assertNull(v.reason());
  }

  @Test
  void failedTrialIsAProblemOfAllThatWait() {
    for (Verdict before : List.of(PENDING, ACTIVE)) {
      Verdict held = in(before, TrialPhase.Waiting, entry(State.TRYING, List.of("a"), "a"));
      assertEquals(before.kind(), held.kind());
      assertEquals("CanaryFailed", held.reason());
      assertTrue(held.message().contains("a rebooted (2026-01-01T11:00:00Z)"), held.message());
      Verdict stopped = in(before, TrialPhase.Waiting, entry(State.STOPPED, List.of(), "a", "b"));
      assertEquals("CanaryFailed", stopped.reason());
      assertTrue(stopped.message().contains("no node loads it"), stopped.message());
    }
  }

  /** A problem's message is cut at 300 characters. */
  @Test
  void nextStepIsNotCutOff() {
    Verdict v =
        in(
            PENDING,
            TrialPhase.Waiting,
            entry(State.TRYING, List.of("a"), "a", "ip-10-0-12-34.eu-central-1.compute.internal"),
            entry(State.STOPPED, List.of(), "a", "ip-10-0-12-34.eu-central-1.compute.internal"));
    String command =
        "kubectl annotate --overwrite node NODE dropprobe.io/retry-module=" + KEY.srcversion();
    assertTrue(v.message().indexOf(command) + command.length() < 300, v.message());
  }

  @Test
  void failureIsNoProblemAfterADay() {
    TrialEntry old =
        new TrialEntry(
            KEY,
            State.TRYING,
            List.of("b"),
            List.of(),
            List.of(new Failure("a", "uid-a", "rebooted", "2025-12-31T12:00:00Z")),
            0,
            "2026-01-01T11:59:00Z");
    assertEquals("AwaitingCanary", in(PENDING, TrialPhase.Waiting, old).reason());
    Verdict deleted = in(PENDING, TrialPhase.Waiting, entry(State.TRYING, List.of(), "deleted"));
    assertEquals("CanaryFailed", deleted.reason());
    assertTrue(deleted.message().endsWith("; its Node is deleted)"), deleted.message());
  }

  @Test
  void provenModuleIsAboutToBeLoaded() {
    Verdict v = in(PENDING, TrialPhase.Waiting, entry(State.PROVEN, List.of()));
    assertEquals("AwaitingCanary", v.reason());
    assertTrue(v.message().startsWith("the module is proven"), v.message());
  }

  @Test
  void nodeWithAnotherProblemOrPhaseKeepsIt() {
    TrialEntry held = entry(State.TRYING, List.of("a"), "a");
    Verdict stuck = new Verdict("w", Kind.PENDING, "ModuleStuck", "hangs");
    assertEquals("ModuleStuck", in(stuck, TrialPhase.Waiting, held).reason());
    Verdict stale = new Verdict("w", Kind.STALE, "ReportStale", "old");
    assertSame(stale, in(stale, TrialPhase.Waiting, held));
    assertSame(PENDING, in(PENDING, TrialPhase.Running, held));
    assertSame(PENDING, new ModuleWait(TrialBoard.EMPTY, Map.of(), NOON).in(PENDING, null));
  }

  @Test
  void everyWaitingNodeIsCountedBesideItsState() {
    var nodes =
        NodeTally.count(
            List.of(
                in(PENDING, TrialPhase.Waiting),
                in(ACTIVE, TrialPhase.Waiting),
                in(ACTIVE, TrialPhase.Survived)));
    assertEquals(2, nodes.waiting);
    assertEquals(2, nodes.active);
    assertEquals(1, nodes.pending);
    assertEquals(3, nodes.selected);
  }
}
