// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import static io.dropprobe.operator.canary.TrialWorld.KEY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.trial.Hook;
import io.dropprobe.api.trial.TrialEntry.State;
import io.dropprobe.api.trial.TrialKey;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.TrialPhase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How a module is proven: who is picked, and when everybody else may load it. */
class TrialsTest {
  private static final TrialPhase SURVIVED = TrialPhase.Survived;
  private static final TrialKey MORE = KEY.with(Set.of(Hook.DROPS, Hook.STAGES));

  private final TrialWorld world = new TrialWorld("a", "b", "c");

  @Test
  void oneOfFiveThousandNodesIsPicked() {
    TrialWorld large =
        new TrialWorld(
            IntStream.range(0, 5000).mapToObj("n%04d"::formatted).toArray(String[]::new));
    large.allReport(TrialPhase.Waiting);
    large.looks();
    assertEquals(List.of("n0000"), large.named());
    large.survives("n0000");
    assertEquals(State.PROVEN, large.entry().state());
    assertEquals(100, large.entry().spreadSeconds());
    assertEquals(2, large.writes);
  }

  @Test
  void moduleIsProvenWhenTheCanaryHasLivedWithItForSoak() {
    world.allReport(TrialPhase.Waiting);
    assertEquals(120_000, world.looks());
    world.reports("a", TrialPhase.Running);
    assertEquals(240_000, world.looks());
    world.passes(Duration.ofSeconds(59));
    world.reports("a", TrialPhase.Survived);
    assertEquals(1000, world.looks());
    assertEquals(State.TRYING, world.entry().state());
    world.passes(Duration.ofSeconds(1));
    world.looks();
    assertEquals(State.PROVEN, world.entry().state());
    assertEquals(List.of(), world.named());
    assertEquals("2026-01-01T12:01:00Z", world.entry().since());
    assertEquals(
        List.of(
            new Notice(
                false,
                "ModuleProven",
                "module ABC is proven on kernel 6.12.0-test by a; all nodes with this kernel load it now")),
        world.notices);
  }

  @Test
  void nothingIsWrittenWhileNothingChanges() {
    world.allReport(TrialPhase.Waiting);
    world.looks();
    world.reports("a", TrialPhase.Running);
    for (int i = 0; i < 50; i++) {
      world.passes(Duration.ofSeconds(1));
      world.looks();
    }
    assertEquals(1, world.writes);
  }

  @Test
  void provenModuleNeedsNoCanary() {
    world.allReport(TrialPhase.Waiting);
    world.looks();
    world.survives("a");
    world.node("new", TrialWorld.preferred());
    world.reports("new", TrialPhase.Waiting);
    world.restarts();
    world.looks();
    assertEquals(2, world.writes);
    assertEquals(State.PROVEN, world.entry().state());
  }

  @Test
  void labelledNodesAreFirstAndTheControlPlaneIsLast() {
    world.node("control", Map.of("node-role.kubernetes.io/control-plane", ""));
    world.node("z", TrialWorld.preferred());
    world.allReport(TrialPhase.Waiting);
    world.looks();
    assertEquals(List.of("z"), world.named());

    TrialWorld plain = new TrialWorld("b");
    plain.node("a", Map.of("node-role.kubernetes.io/control-plane", ""));
    plain.allReport(TrialPhase.Waiting);
    plain.looks();
    assertEquals(List.of("b"), plain.named());
  }

  @Test
  void nodeThatDoesNotWaitIsNotPicked() {
    world.reportsNone("a");
    world.reports("b", TrialPhase.Waiting);
    world.looks();
    assertEquals(List.of("b"), world.named());
  }

  /** Its headers are removed, or another module is wanted. */
  @Test
  void candidateThatNoLongerWaitsIsReplacedAtOnce() {
    world.allReport(TrialPhase.Waiting);
    world.looks();
    world.reportsNone("a");
    world.looks();
    assertEquals(List.of("b"), world.named());
    assertEquals(List.of(), world.entry().failures());
  }

  @Test
  void candidateThatIsDrainedOrNotReadyIsReplacedAtOnce() {
    world.allReport(TrialPhase.Waiting);
    world.looks();
    world.cordons("a", true);
    world.looks();
    assertEquals(List.of("b"), world.named());
    world.isReady("b", false);
    world.looks();
    assertEquals(List.of("c"), world.named());
    world.isReady("b", true);
    world.taints("c", "karpenter.sh/disrupted");
    world.looks();
    assertEquals(List.of("b"), world.named());
    assertEquals(List.of(), world.entry().failures());
  }

  /** Its module is not in the kernel yet. */
  @Test
  void candidateThatRebootsBeforeItsTrialHasNotFailed() {
    world.allReport(TrialPhase.Waiting);
    world.looks();
    world.reboots("a");
    world.looks();
    assertEquals(List.of("b"), world.named());
    assertEquals(List.of(), world.entry().failures());
  }

  @Test
  void silentCandidatesArePassedOverInTurn() {
    world.allReport(TrialPhase.Waiting);
    for (String name : List.of("a", "b", "c", "a", "b")) {
      world.looks();
      assertEquals(List.of(name), world.named());
      world.passes(Duration.ofSeconds(119));
      assertEquals(1000, world.looks());
      assertEquals(List.of(name), world.named());
      world.passes(Duration.ofSeconds(1));
    }
    assertEquals(List.of(), world.entry().failures());
  }

  @Test
  void onlySilentCandidateStaysWithoutAnyWrite() {
    TrialWorld one = new TrialWorld("a");
    one.allReport(TrialPhase.Waiting);
    one.looks();
    one.looksFor(Duration.ofMinutes(10));
    assertEquals(List.of("a"), one.named());
    assertEquals(1, one.writes);
    one.survives("a");
    assertEquals(State.PROVEN, one.entry().state());
  }

  @Test
  void nodesThatAreAllCordonedWait() {
    world.nodes.keySet().stream().toList().forEach(n -> world.cordons(n, true));
    world.allReport(TrialPhase.Waiting);
    world.looks();
    assertEquals(List.of(), world.named());
    world.cordons("b", false);
    world.looks();
    assertEquals(List.of("b"), world.named());
  }

  @Test
  void canaryThatIsCordonedDuringItsTrialGoesOn() {
    world.allReport(TrialPhase.Waiting);
    world.looks();
    world.reports("a", TrialPhase.Running);
    world.looks();
    world.cordons("a", true);
    world.survives("a");
    assertEquals(State.PROVEN, world.entry().state());
  }

  @Test
  void kernelOfOneNodeIsTriedThereAtOnce() {
    TrialKey other = new TrialKey("ABC", "builder", "5.10.0", "#2", KEY.hooks());
    world.allReport(TrialPhase.Waiting);
    world.boots("b", "5.10.0");
    world.reports("b", other, TrialPhase.Waiting);
    world.looks();
    assertEquals(List.of("a"), world.named());
    assertEquals(List.of("b"), world.entry(other).canaries());
  }

  @Test
  void twoCanariesMustBothSurvive() {
    world.canaries(2);
    world.allReport(TrialPhase.Waiting);
    world.looks();
    assertEquals(List.of("a", "b"), world.named());
    world.survives("b");
    assertEquals(State.TRYING, world.entry().state());
    assertEquals(List.of("a"), world.named());
    assertEquals(List.of("b"), world.entry().survived());
    world.restarts();
    world.survives("a");
    assertEquals(State.PROVEN, world.entry().state());
  }

  @Test
  void moreCanariesThanNodesAreAllNodes() {
    world.canaries(5);
    world.allReport(TrialPhase.Waiting);
    world.looks();
    assertEquals(List.of("a", "b", "c"), world.named());
    world.nodes.keySet().forEach(n -> world.reports(n, TrialPhase.Running));
    world.looks();
    world.passes(Duration.ofSeconds(60));
    world.allReport(TrialPhase.Survived);
    world.looks();
    assertEquals(State.PROVEN, world.entry().state());
  }

  /** A rollout reaches b and c later than a. */
  @Test
  void firstNodeThatClaimsAModuleDoesNotProveItAlone() {
    world.canaries(2);
    world.reports("a", TrialPhase.Waiting);
    world.reportsNone("b");
    world.reports("c", new TrialKey("V1", "b", KEY.release(), "#1 SMP", Set.of()), SURVIVED);
    world.looks();
    world.survives("a");
    assertEquals(State.TRYING, world.entry().state());
    assertEquals(List.of("a"), world.entry().survived());
    world.looksFor(Duration.ofMinutes(20));
    world.reports("c", TrialPhase.Waiting);
    world.looks();
    assertEquals(List.of("c"), world.named());
    world.survives("c");
    assertEquals(State.PROVEN, world.entry().state());
  }

  @Test
  void nodesThatDoNotClaimAModuleAreAwaitedForHalfAnHour() {
    world.canaries(2);
    world.reports("a", TrialPhase.Waiting);
    world.reportsNone("b");
    world.looks();
    world.survives("a");
    world.looksFor(Duration.ofMinutes(28));
    assertEquals(State.TRYING, world.entry().state());
    world.looksFor(Duration.ofMinutes(1));
    assertEquals(State.PROVEN, world.entry().state());
  }

  @Test
  void nodesThatCannotTryTheModuleAreNotAwaited() {
    world.canaries(2);
    for (String name : List.of("d", "e", "f", "g")) {
      world.node(name, Map.of());
      world.reportsNone(name);
    }
    world.reports("a", TrialPhase.Waiting);
    world.reportsNone("b");
    world.reports.get("b").getStatus().module.state = ModuleState.Unsupported;
    world.reportsNone("c");
    world.reports.get("c").getStatus().module.state = ModuleState.Failed;
    world.cordons("d", true);
    world.isReady("e", false);
    world.boots("f", "5.10.0");
    world.reports("g", KEY.with(Set.of()), SURVIVED);
    world.node("unseen", Map.of());
    world.node("idle", Map.of());
    world.reportsAbsent("idle");
    world.looks();
    world.survives("a");
    assertEquals(State.PROVEN, world.entry().state());
  }

  @Test
  void moreHooksAreTriedAgainAndCoverFewer() {
    world.allReport(TrialPhase.Waiting);
    world.looks();
    world.survives("a");
    world.reports("b", MORE, TrialPhase.Waiting);
    world.looks();
    assertEquals(List.of("b"), world.entry(MORE).canaries());

    TrialWorld other = new TrialWorld("a", "b");
    other.reports("a", MORE, TrialPhase.Waiting);
    other.reports("b", TrialPhase.Waiting);
    other.looks();
    other.reports("a", MORE, TrialPhase.Running);
    other.looks();
    other.passes(Duration.ofSeconds(60));
    other.reports("a", MORE, TrialPhase.Survived);
    other.looks();
    assertEquals(1, other.board.entries().size(), "the proof covers what b waits for");
  }

  /** What the switch {@code enabled} does to the reports. */
  @Test
  void trialThatNoReportNamesEndsAndProofsStay() {
    world.allReport(TrialPhase.Waiting);
    world.looks();
    world.survives("a");
    world.reports("b", MORE, TrialPhase.Waiting);
    world.looks();
    assertEquals(2, world.board.entries().size());
    world.nodes.keySet().forEach(world::reportsNone);
    world.looks();
    assertEquals(State.PROVEN, world.entry().state());
    assertEquals(1, world.board.entries().size());
    world.passes(Duration.ofDays(7).minusMinutes(2));
    world.looks();
    assertEquals(1, world.board.entries().size());
    world.passes(Duration.ofDays(1));
    world.looks();
    assertEquals(0, world.board.entries().size());
  }

  @Test
  void proofThatNoReportNamesForAWeekIsDropped() {
    world.allReport(TrialPhase.Waiting);
    world.looks();
    world.survives("a");
    world.allReport(TrialPhase.Survived);
    world.passes(Duration.ofDays(30));
    world.looks();
    assertEquals(State.PROVEN, world.entry().state());
    world.nodes.keySet().forEach(world::reportsNone);
    world.reports("b", KEY.with(Set.of()), TrialPhase.Survived);
    world.looks();
    assertEquals(State.PROVEN, world.entry().state(), "b needs it with fewer hooks");
    world.passes(Duration.ofDays(30));
    world.looks();
    world.reportsNone("b");
    world.passes(Duration.ofDays(7));
    world.looks();
    assertEquals(State.PROVEN, world.entry().state(), "since the last report that named it");
    world.passes(Duration.ofDays(1));
    world.looks();
    assertEquals(0, world.board.entries().size());
  }

  @Test
  void proofThatIsNamedCausesOneWriteADay() {
    world.allReport(TrialPhase.Waiting);
    world.looks();
    world.survives("a");
    world.allReport(TrialPhase.Survived);
    assertEquals(2, world.writes);
    for (int hour = 0; hour < 72; hour++) {
      world.passes(Duration.ofHours(1));
      world.looks();
    }
    assertEquals(5, world.writes);
  }

  @Test
  void withoutCanariesNothingIsTried() {
    world.canaries(0);
    world.allReport(TrialPhase.Waiting);
    world.looks();
    assertEquals(0, world.writes);
  }

  @Test
  void trialGoesOnWhenTheOperatorRestarts() {
    world.allReport(TrialPhase.Waiting);
    world.looks();
    world.reports("a", TrialPhase.Running);
    world.looks();
    world.passes(Duration.ofMinutes(30));
    world.reports("a", TrialPhase.Survived);
    world.restarts();
    world.looks();
    assertEquals(State.TRYING, world.entry().state(), "it has not seen the node live yet");
    world.passes(Duration.ofSeconds(60));
    world.looks();
    assertEquals(State.PROVEN, world.entry().state());
    assertEquals(2, world.writes);
  }

  @Test
  void candidateIsAwaitedAnewWhenTheOperatorRestarts() {
    world.allReport(TrialPhase.Waiting);
    world.looks();
    world.passes(Duration.ofMinutes(30));
    world.restarts();
    world.looks();
    assertEquals(List.of("a"), world.named());
    world.passes(Duration.ofMinutes(2));
    world.looks();
    assertEquals(List.of("b"), world.named());
  }

  /** An API server that is away must not make a trial fail. */
  @Test
  void timeWithoutAWatchDoesNotCount() {
    world.allReport(TrialPhase.Waiting);
    world.looks();
    world.reports("a", TrialPhase.Running);
    world.looks();
    world.passesUnseen(Duration.ofHours(1));
    world.looks();
    assertEquals(List.of(), world.entry().failures());
    world.passes(Duration.ofSeconds(60));
    world.reports("a", TrialPhase.Survived);
    world.looks();
    assertEquals(State.PROVEN, world.entry().state());
  }

  @Test
  void agentMayStopOnceInGoodOrder() {
    world.allReport(TrialPhase.Waiting);
    world.looks();
    world.reports("a", TrialPhase.Running);
    world.looks();
    world.reports("a", TrialPhase.Waiting);
    world.looks();
    assertEquals(List.of("a"), world.named());
    world.survives("a");
    assertEquals(State.PROVEN, world.entry().state());
    assertFalse(world.notices.stream().anyMatch(Notice::warning));
  }

  @Test
  void agentThatStopsAgainAndAgainDoesNotKeepTheModule() {
    world.allReport(TrialPhase.Waiting);
    world.looks();
    for (int i = 0; i < 2; i++) {
      world.reports("a", TrialPhase.Running);
      world.looks();
      world.reports("a", TrialPhase.Waiting);
      world.looks();
    }
    assertEquals(List.of("b"), world.named());
    assertEquals(List.of(), world.entry().failures());
  }

  @Test
  void nodeThatBeginsJustWhenItIsPassedOverIsWatched() {
    world.allReport(TrialPhase.Waiting);
    world.looks();
    world.passes(Duration.ofMinutes(2));
    world.looks();
    assertEquals(List.of("b"), world.named());
    world.reports("a", TrialPhase.Running);
    world.looks();
    assertEquals(List.of("b"), world.named(), "a takes no slot");
    world.reportsNone("a");
    world.looks();
    world.reboots("a");
    world.looks();
    assertEquals("a", world.entry().failures().get(0).node());
    assertEquals(List.of("a"), world.named(), "b has not begun");
  }

  @Test
  void nodeThatBeginsJustWhenItIsPassedOverMaySurvive() {
    world.allReport(TrialPhase.Waiting);
    world.looks();
    world.passes(Duration.ofMinutes(2));
    world.looks();
    world.survives("a");
    assertEquals(State.PROVEN, world.entry().state());
  }

  @Test
  void reportOfAnEarlierNodeOfThatNameIsIgnored() {
    world.allReport(TrialPhase.Waiting);
    world.reports.get("a").getStatus().nodeUID = "earlier";
    world.looks();
    assertEquals(List.of("b"), world.named());
  }

  @Test
  void passIsDueWhenSomethingRunsOut() {
    world.allReport(TrialPhase.Waiting);
    assertEquals(120_000, world.looks());
    world.survives("a");
    assertTrue(world.looks() > Duration.ofDays(1000).toMillis());
  }
}
