// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.trial.Hook;
import io.dropprobe.api.trial.TrialEntry.Failure;
import io.dropprobe.api.trial.TrialEntry.State;
import io.dropprobe.api.trial.TrialKey;
import io.dropprobe.api.v1alpha1.TrialPhase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What follows when a node goes down in its trial. The first canary is a. */
class FailedTrialsTest {
  private final TrialWorld world = new TrialWorld("a", "b", "c");

  @BeforeEach
  void firstIsPicked() {
    world.allReport(TrialPhase.Waiting);
    world.looks();
  }

  private List<String> failed() {
    return world.entry().failures().stream().map(f -> f.node() + " " + f.what()).toList();
  }

  @Test
  void rebootKeepsOthersFromTryingForADay() {
    world.crashes("a");
    assertEquals(List.of("a rebooted"), failed());
    assertEquals(List.of("a"), world.named());
    world.looksFor(Duration.ofHours(1));
    assertEquals(List.of("a"), world.named());
    world.passes(Duration.ofHours(23).minusMinutes(1));
    world.looks();
    assertEquals(List.of("a"), world.named());
    world.passes(Duration.ofMinutes(1));
    world.looks();
    assertEquals(List.of("b"), world.named());
    world.survives("b");
    assertEquals(State.PROVEN, world.entry().state());
  }

  @Test
  void plannedRebootHoldsUpTheOthersForMinutesOnly() {
    world.crashes("a");
    assertEquals(1, world.notices.size());
    world.looksFor(Duration.ofMinutes(10));
    world.survives("a");
    assertEquals(State.PROVEN, world.entry().state());
    assertEquals(List.of(), world.entry().failures());
  }

  @Test
  void eventNamesNodeReasonTimeAndNextStep() {
    world.crashes("a");
    assertEquals(
        List.of(
            new Notice(
                true,
                "CanaryFailed",
                "the module failed on 1 node, and the others wait until it survives there, for a day at most; install a fixed builderImage, or retry: kubectl annotate --overwrite node NODE dropprobe.io/retry-module=ABC; a rebooted (2026-01-01T12:00:00Z)")),
        world.notices);
  }

  @Test
  void secondNodeThatGoesDownStopsTheModule() {
    world.crashes("a");
    world.passes(Duration.ofHours(24));
    world.looks();
    world.crashes("b");
    assertEquals(State.STOPPED, world.entry().state());
    assertEquals(List.of(), world.named());
    assertEquals(List.of("a rebooted", "b rebooted"), failed());
    world.passes(Duration.ofDays(100));
    world.looks();
    world.restarts();
    world.looks();
    assertEquals(State.STOPPED, world.entry().state());
    assertTrue(
        world.notices.get(1).message().startsWith("the module failed on 2 nodes, and no node"));
  }

  /** A revert on day 8, or an off switch of weeks. */
  @Test
  void stoppedModuleThatNoReportNamesIsRemembered() {
    world.crashes("a");
    world.annotates("b", "ABC");
    world.looks();
    world.crashes("b");
    assertEquals(State.STOPPED, world.entry().state());
    world.nodes.keySet().forEach(world::reportsNone);
    world.annotates("b", "");
    world.looks();
    world.passes(Duration.ofDays(300));
    world.looks();
    world.reports("c", TrialPhase.Waiting);
    world.looks();
    assertEquals(State.STOPPED, world.entry().state());
    assertEquals(List.of(), world.named());
  }

  /** All probes were made inactive, or one with stages has been added. */
  @Test
  void nodeThatWentDownHoldsTheModuleWithOtherHooks() {
    world.crashes("a");
    for (TrialKey other :
        List.of(
            TrialWorld.KEY.with(Set.of()), TrialWorld.KEY.with(Set.of(Hook.DROPS, Hook.STAGES)))) {
      world.reports("a", other, TrialPhase.Crashed);
      world.reports("b", other, TrialPhase.Waiting);
      world.reports("c", other, TrialPhase.Waiting);
      world.looksFor(Duration.ofMinutes(10));
      assertEquals(List.of("a"), world.board.find(other).orElseThrow().canaries());
    }
  }

  @Test
  void nodeWithAnotherKernelHoldsTheModuleForTheDay() {
    world.crashes("a");
    assertEquals(List.of("a"), world.named());
    world.boots("a", "6.13.0");
    theDayPassesWithoutAnotherCanary();
  }

  /** A rollout goes back to the earlier module, on the failed node first. */
  @Test
  void nodeThatWantsAnotherModuleHoldsTheModuleForTheDay() {
    world.crashes("a");
    TrialKey earlier = new TrialKey("V1", "builder", "6.12.0-test", "#1 SMP", Set.of(Hook.DROPS));
    world.reports("a", earlier, TrialPhase.Survived);
    theDayPassesWithoutAnotherCanary();
  }

  @Test
  void nodeThatNeedsNoModuleHoldsItForTheDay() {
    world.crashes("a");
    world.reportsNone("a");
    theDayPassesWithoutAnotherCanary();
  }

  private void theDayPassesWithoutAnotherCanary() {
    world.looks();
    assertEquals(List.of("a"), world.named());
    world.restarts();
    world.passes(Duration.ofHours(24).minusMinutes(1));
    world.looks();
    assertEquals(List.of("a"), world.named());
    world.passes(Duration.ofMinutes(1));
    world.looks();
    assertEquals(List.of("b"), world.named());
    assertEquals(1, failed().size());
  }

  @Test
  void anotherModuleIsNotHeld() {
    world.crashes("a");
    TrialKey fixed = new TrialKey("FIXED", "builder", "6.12.0-test", "#1 SMP", Set.of(Hook.DROPS));
    world.reports("b", fixed, TrialPhase.Waiting);
    world.looks();
    assertEquals(List.of("b"), world.board.find(fixed).orElseThrow().canaries());
  }

  @Test
  void oneNodeAloneDoesNotStopIt() {
    for (int i = 0; i < 5; i++) {
      world.crashes("a");
      world.looksFor(Duration.ofMinutes(10));
    }
    assertEquals(State.TRYING, world.entry().state());
    assertEquals(1, world.entry().failures().size());
    assertEquals("2026-01-01T12:00:00Z", world.entry().failures().get(0).at(), "the first");
    assertEquals(2, world.writes);
    assertEquals(1, world.notices.size());
  }

  /** Its report stays as it was; Kubernetes notices that the node is dead. */
  @Test
  void canaryThatBecomesNotReadyHasFailed() {
    world.reports("a", TrialPhase.Running);
    world.looks();
    world.isReady("a", false);
    world.looks();
    assertEquals(List.of("a became NotReady"), failed());
    int writes = world.writes;
    world.looksFor(Duration.ofHours(1));
    assertEquals(writes, world.writes, "the failure is counted once");
  }

  /** It was cut off from the network, and its module did nothing wrong. */
  @Test
  void canaryThatWasOnlyCutOffSurvivesAfterAll() {
    world.reports("a", TrialPhase.Running);
    world.looks();
    world.isReady("a", false);
    world.looks();
    world.passes(Duration.ofMinutes(3));
    world.isReady("a", true);
    world.looks();
    world.reports("a", TrialPhase.Survived);
    world.looks();
    world.passes(Duration.ofSeconds(60));
    world.looks();
    assertEquals(State.PROVEN, world.entry().state());
  }

  @Test
  void canaryThatFallsSilentHasFailedOnce() {
    world.reports("a", TrialPhase.Running);
    world.looks();
    world.passes(Duration.ofSeconds(239));
    world.looks();
    assertEquals(List.of(), failed());
    world.passes(Duration.ofSeconds(1));
    world.looks();
    assertEquals(List.of("a did not report within 4m0s that it survived"), failed());
    int writes = world.writes;
    world.looksFor(Duration.ofHours(1));
    assertEquals(writes, world.writes);
    assertEquals(List.of("a"), world.named());
  }

  /** Its load hangs, and that of the next node would, too. */
  @Test
  void canaryWhoseReportNoLongerNamesTheTrialIsNotReplaced() {
    world.reports("a", TrialPhase.Running);
    world.looks();
    world.reportsNone("a");
    world.looksFor(Duration.ofSeconds(230));
    assertEquals(List.of("a"), world.named());
    assertEquals(List.of(), failed());
    world.looksFor(Duration.ofMinutes(30));
    assertEquals(List.of("a"), world.named());
    assertEquals(List.of("a did not report within 4m0s that it survived"), failed());
  }

  /** Its load does not hang: otherwise it would not call the module Absent. */
  @Test
  void canaryThatIsNoLongerSelectedIsReplaced() {
    world.reports("a", TrialPhase.Running);
    world.looks();
    world.reportsAbsent("a");
    world.looks();
    assertEquals(List.of("b"), world.named());
    world.looksFor(Duration.ofMinutes(10));
    assertEquals(List.of(), failed());
  }

  /** The probe with these hooks has ended, and one that needs fewer has not. */
  @Test
  void canaryThatNeedsFewerHooksIsReplaced() {
    for (TrialPhase phase : List.of(TrialPhase.Running, TrialPhase.Survived)) {
      world.reports("a", TrialPhase.Running);
      world.looks();
      world.reports("a", TrialWorld.KEY.with(Set.of()), phase);
      world.looks();
      assertEquals(List.of("b"), world.named());
      world.allReport(TrialPhase.Waiting);
      world.reportsAbsent("b");
      world.reportsAbsent("c");
      world.looks();
      assertEquals(List.of("a"), world.named());
      world.allReport(TrialPhase.Waiting);
    }
    assertEquals(List.of(), failed());
  }

  @Test
  void canaryThatRebootedIsNotReleasedByWhatItSaysAfterwards() {
    world.reports("a", TrialPhase.Running);
    world.looks();
    world.reboots("a");
    world.reportsAbsent("a");
    world.looks();
    assertEquals(List.of("a rebooted"), failed());
  }

  @Test
  void reportOfAnEarlierBootReleasesNoCanary() {
    world.reports("a", TrialPhase.Running);
    world.looks();
    world.reports("a", TrialPhase.Waiting);
    world.reports.get("a").getStatus().kernel.bootID = "an earlier one";
    for (int i = 0; i < 2; i++) {
      world.looksFor(Duration.ofMinutes(3));
      assertEquals(List.of("a"), world.named());
    }
    assertEquals(1, failed().size());
  }

  /** A probe with stages is added during the trial. */
  @Test
  void canaryThatWaitsForMoreHooksIsReleased() {
    world.reports("a", TrialPhase.Running);
    world.looks();
    world.reports("a", TrialWorld.KEY.with(Set.of(Hook.DROPS, Hook.STAGES)), TrialPhase.Waiting);
    world.looks();
    world.looks();
    assertEquals(List.of("b"), world.named());
    assertEquals(List.of(), failed());
  }

  @Test
  void reportOfACrashIsAFailureOfTheCanary() {
    world.reports("a", TrialPhase.Running);
    world.looks();
    world.reports("a", TrialPhase.Crashed);
    world.looks();
    assertEquals(List.of("a went down, as its agent reports"), failed());
    world.looksFor(Duration.ofHours(1));
    assertEquals(2, world.writes, "the same crash is counted once");
  }

  @Test
  void crashWhileTheOperatorIsAwayIsNoticed() {
    world.reboots("a");
    world.reports("a", TrialPhase.Crashed);
    world.restarts();
    world.looks();
    assertEquals(List.of("a went down, as its agent reports"), failed());
    world.restarts();
    world.looks();
    assertEquals(2, world.writes);
  }

  @Test
  void rebootWhileTheOperatorIsAwayIsNoticed() {
    world.reports("a", TrialPhase.Running);
    world.reboots("a");
    world.restarts();
    world.looks();
    assertEquals(List.of("a rebooted"), failed());
  }

  @Test
  void deletedNodeIsReplacedAtOnce() {
    world.reports("a", TrialPhase.Running);
    world.looks();
    world.deletes("a");
    world.looks();
    assertEquals(List.of("b"), world.named());
    assertEquals(List.of(), failed());
  }

  /** Crashed nodes are repaired by deleting them. */
  @Test
  void deletedNodeHoldsTheModuleForTheDay() {
    world.crashes("a");
    world.deletes("a");
    world.restarts();
    world.looksFor(Duration.ofHours(1));
    assertEquals(List.of(), world.named());
    assertEquals(
        Optional.of(
            "the module failed on 1 node, and the others wait for a day; install a fixed builderImage, or retry: kubectl annotate --overwrite node NODE dropprobe.io/retry-module=ABC; a rebooted (2026-01-01T12:00:00Z; its Node is deleted)"),
        Texts.blocked(world.entry(), Map.of(), world.clock.wall()));
    world.passes(Duration.ofHours(23));
    world.looks();
    assertEquals(List.of("b"), world.named());
  }

  @Test
  void failureOfADeletedNodeIsRemembered() {
    world.crashes("a");
    world.deletes("a");
    world.annotates("b", "ABC");
    world.looks();
    assertEquals(List.of("b"), world.named());
    world.crashes("b");
    assertEquals(State.STOPPED, world.entry().state());
  }

  @Test
  void annotationPicksAnotherNode() {
    world.crashes("a");
    world.annotates("c", "another");
    world.looks();
    assertEquals(List.of("a"), world.named());
    world.annotates("c", "ABC");
    world.looks();
    assertEquals(List.of("a", "c"), world.named());
    world.survives("c");
    assertEquals(State.PROVEN, world.entry().state());
  }

  @Test
  void annotationTriesAStoppedModuleOnceMore() {
    world.crashes("a");
    world.annotates("b", "ABC");
    world.looks();
    world.crashes("b");
    assertEquals(State.STOPPED, world.entry().state());
    world.looksFor(Duration.ofHours(1));
    assertEquals(State.STOPPED, world.entry().state(), "the annotation has had its trial");

    world.cordons("c", true);
    world.annotates("c", "ABC");
    world.looks();
    assertEquals(State.TRYING, world.entry().state());
    assertEquals(List.of("c"), world.named());
    assertEquals(2, world.entry().failures().size());
    world.survives("c");
    assertEquals(List.of("c"), world.entry().survived());
    assertEquals(State.STOPPED, world.entry().state(), "its kubelet may have annotated it");
  }

  @Test
  void annotationThatHasHadItsTrialAsksForNoOtherAfterARestart() {
    aAndBStopTheModule();
    world.annotates("c", "ABC");
    world.looks();
    world.crashes("c");
    assertEquals(List.of("c"), world.entry().retried());
    world.restarts();
    world.looksFor(Duration.ofHours(1));
    assertEquals(State.STOPPED, world.entry().state());
    world.annotates("c", "");
    world.looks();
    assertEquals(List.of(), world.entry().retried());
    world.annotates("c", "ABC");
    world.looks();
    assertEquals(List.of("c"), world.named());
  }

  @Test
  void survivorThatGoesDownLaterIsNotTriedAgainForTheSameAnnotation() {
    aAndBStopTheModule();
    world.annotates("c", "ABC");
    world.looks();
    world.survives("c");
    world.reports("c", TrialPhase.Crashed);
    world.restarts();
    world.looks();
    assertEquals(State.STOPPED, world.entry().state());
    assertEquals(List.of(), world.named());
  }

  /** {@code kubectl annotate nodes --all} */
  @Test
  void annotationsOfAllNodesTakeDownEightAtMost() {
    aAndBStopTheModule();
    for (int i = 10; i < 30; i++) {
      world.node("n" + i, Map.of());
      world.reports("n" + i, TrialPhase.Waiting);
    }
    world.nodes.keySet().forEach(n -> world.annotates(n, "ABC"));
    for (int round = 0; round < 20; round++) {
      world.looks();
      world.named().forEach(n -> world.reports(n, TrialPhase.Running));
      world.looks();
      for (String name : world.named()) {
        world.reboots(name);
        world.reports(name, TrialPhase.Crashed);
      }
      world.looks();
    }
    assertEquals(State.STOPPED, world.entry().state());
    assertEquals(8, world.entry().retried().size());
    assertTrue(world.nodes.keySet().stream().filter(n -> world.isDown(n)).count() <= 10);
  }

  /** The canary a, and b, for which a person asked. */
  private void aAndBStopTheModule() {
    world.node("d", TrialWorld.preferred());
    world.node("e", TrialWorld.preferred());
    world.reports("d", TrialPhase.Waiting);
    world.reports("e", TrialPhase.Waiting);
    world.crashes("a");
    world.annotates("b", "ABC");
    world.looks();
    world.crashes("b");
    world.annotates("b", "");
    assertEquals(State.STOPPED, world.entry().state());
  }

  @Test
  void twoOtherNodesProveAModuleThatTwoHaveStopped() {
    aAndBStopTheModule();
    world.annotates("c", "ABC");
    world.looks();
    world.survives("c");
    world.restarts();
    world.looksFor(Duration.ofHours(1));
    assertEquals(State.STOPPED, world.entry().state());
    world.annotates("d", "ABC");
    world.looks();
    assertEquals(List.of("d"), world.named());
    world.survives("d");
    assertEquals(State.PROVEN, world.entry().state());
    int writes = world.writes;
    world.reports("e", TrialPhase.Crashed);
    world.looksFor(Duration.ofMinutes(10));
    assertEquals(writes, world.writes, "the failures of a and b have been overruled");
    world.node("f", TrialWorld.preferred());
    world.reports("f", TrialPhase.Crashed);
    world.looks();
    assertEquals(State.STOPPED, world.entry().state());
  }

  @Test
  void survivorThatGoesDownLaterProvesNothing() {
    aAndBStopTheModule();
    world.annotates("c", "ABC");
    world.looks();
    world.survives("c");
    world.annotates("c", "");
    world.reports("c", TrialPhase.Crashed);
    world.looks();
    assertEquals(List.of(), world.entry().survived());
    assertEquals(3, world.entry().failures().size());
    world.annotates("d", "ABC");
    world.looks();
    world.survives("d");
    assertEquals(State.STOPPED, world.entry().state());
  }

  @Test
  void machineWhoseNodeIsCreatedAgainIsTheSameNode() {
    world.crashes("a");
    world.recreates("a");
    world.passes(Duration.ofHours(24));
    world.reports("a", TrialPhase.Waiting);
    world.looks();
    assertEquals(List.of("b"), world.named(), "a is the last");
    world.reportsNone("b");
    world.reportsNone("c");
    world.looks();
    assertEquals(List.of("a"), world.named());
    world.crashes("a");
    assertEquals(State.TRYING, world.entry().state());
    assertEquals("uid-new-a", world.entry().failures().get(0).uid());
    assertEquals(1, failed().size());
  }

  @Test
  void nodeThatHadFailedProvesItUnlessTheOthersStopIt() {
    aAndBStopTheModule();
    world.annotates("c", "ABC");
    world.looks();
    world.crashes("c");
    world.annotates("a", "ABC");
    world.reports("a", TrialPhase.Waiting);
    world.looks();
    world.survives("a");
    assertEquals(State.STOPPED, world.entry().state(), "b and c have failed");
    world.annotates("b", "ABC");
    world.reports("b", TrialPhase.Waiting);
    world.looks();
    world.survives("b");
    assertEquals(State.PROVEN, world.entry().state());
  }

  /** They were only cut off from the network, both of them. */
  @Test
  void nodesThatHaveSurvivedAfterAllAreSeenByTheNextOperator() {
    aAndBStopTheModule();
    world.reports("a", TrialPhase.Survived);
    world.restarts();
    world.looks();
    assertEquals(List.of("a"), world.named());
    world.passes(Duration.ofSeconds(60));
    world.looks();
    assertEquals(State.PROVEN, world.entry().state());
  }

  @Test
  void oneOfSeveralCanariesProvesNothingWhenTwoOthersFail() {
    TrialWorld three = new TrialWorld("a", "b", "c");
    three.canaries(3);
    three.allReport(TrialPhase.Waiting);
    three.looks();
    three.survives("a");
    three.reports("b", TrialPhase.Running);
    three.reports("c", TrialPhase.Running);
    three.looks();
    three.reboots("b");
    three.reboots("c");
    three.looksFor(Duration.ofHours(1));
    assertEquals(State.STOPPED, three.entry().state());
    assertEquals(List.of(), three.entry().survived());
  }

  @Test
  void survivorThatGoesDownWhileAnotherIsTriedHasFailed() {
    TrialWorld two = new TrialWorld("a", "b", "c");
    two.canaries(2);
    two.allReport(TrialPhase.Waiting);
    two.looks();
    two.survives("a");
    two.reports("a", TrialPhase.Crashed);
    two.looks();
    assertEquals("a", two.entry().failures().get(0).node());
    assertEquals(List.of(), two.entry().survived());
  }

  @Test
  void annotationMayBeRemovedWhenTheTrialHasBegun() {
    world.crashes("a");
    world.annotates("b", "ABC");
    world.looks();
    world.crashes("b");
    world.annotates("c", "ABC");
    world.looks();
    world.reports("c", TrialPhase.Running);
    world.looks();
    world.annotates("c", "");
    world.looks();
    assertEquals(List.of("c"), world.named());
    world.survives("c");
    assertEquals(List.of("c"), world.entry().survived());
  }

  @Test
  void annotationOfTheFailedNodeItselfCountsWhenSetAnew() {
    world.annotates("a", "ABC");
    world.crashes("a");
    world.reports("b", TrialPhase.Waiting);
    world.passes(Duration.ofHours(24));
    world.looks();
    world.crashes("b");
    assertEquals(State.STOPPED, world.entry().state());
    world.annotates("a", "");
    world.reports("a", TrialPhase.Suspected);
    world.looks();
    world.annotates("a", "ABC");
    world.looks();
    assertEquals(List.of("a"), world.named());
    world.reports("a", TrialPhase.Waiting);
    world.looks();
    world.survives("a");
    assertEquals(State.PROVEN, world.entry().state());
  }

  @Test
  void otherCanariesThatHaveNotBegunAreGivenBack() {
    TrialWorld two = new TrialWorld("a", "b", "c", "d");
    two.canaries(3);
    two.allReport(TrialPhase.Waiting);
    two.looks();
    two.reports("b", TrialPhase.Running);
    two.looks();
    two.crashes("a");
    assertEquals(List.of("a", "b"), two.named(), "b has begun, c has not");
  }

  @Test
  void failuresOfAnotherModuleDoNotMatter() {
    world.crashes("a");
    TrialKey fixed =
        new TrialKey("DEF", "builder", "6.12.0-test", "#1 SMP", TrialWorld.KEY.hooks());
    world.nodes.keySet().forEach(n -> world.reports(n, fixed, TrialPhase.Waiting));
    world.looks();
    assertEquals(List.of("a"), world.entry(fixed).canaries());
    assertEquals(1, world.entry().failures().size(), "kept, in case it comes back");
    assertEquals(List.of("a"), world.named(), "it would be the first to try it again");
  }

  @Test
  void entryKeepsTheNewestFailures() {
    List<Failure> all = List.of();
    for (int i = 0; i < 20; i++) {
      all = Failures.with(all, new Failure("n" + i, "u" + i, "rebooted", "2026-01-01T12:00:00Z"));
    }
    assertEquals(8, all.size());
    assertEquals("n19", all.get(7).node());
  }
}
