// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.trial.Hook;
import io.dropprobe.api.trial.TrialEntry.State;
import io.dropprobe.api.v1alpha1.TrialPhase;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What follows when nodes go down with a module that is proven. It was proven by a. */
class RecallTest {
  private final TrialWorld world = new TrialWorld("a", "b", "c", "d");

  @BeforeEach
  void isProven() {
    world.allReport(TrialPhase.Waiting);
    world.looks();
    world.survives("a");
    assertEquals(State.PROVEN, world.entry().state());
  }

  private List<String> failed() {
    return world.entry().failures().stream().map(f -> f.node() + " " + f.what()).toList();
  }

  @Test
  void twoNodesThatGoDownStopTheModule() {
    world.reports("b", TrialPhase.Crashed);
    world.looksFor(Duration.ofHours(1));
    assertEquals(2, world.writes, "one node alone changes nothing");
    assertEquals(State.PROVEN, world.entry().state());
    world.reports("c", TrialPhase.Suspected);
    world.looks();
    assertEquals(State.STOPPED, world.entry().state());
    assertEquals(
        List.of("b went down, as its agent reports", "c went down, as its agent reports"),
        failed());
    assertEquals("2026-01-01T13:01:00Z", world.entry().since());
    assertEquals("CanaryFailed", world.notices.get(1).reason());
    assertTrue(
        world.notices.get(1).message().startsWith("the module failed on 2 nodes, and no node"));
    world.restarts();
    world.looksFor(Duration.ofHours(1));
    assertEquals(3, world.writes);
    assertEquals(2, world.notices.size());
  }

  @Test
  void nodeThatWasReplacedIsAnotherNode() {
    world.reports("b", TrialPhase.Crashed);
    world.looks();
    world.deletes("b");
    world.reports("c", TrialPhase.Crashed);
    world.looks();
    assertEquals(State.PROVEN, world.entry().state(), "b says nothing any more");
  }

  @Test
  void crashWithFewerHooksCountsForAProofThatCoversThem() {
    var load = TrialWorld.KEY.with(Set.of());
    world.reports("b", load, TrialPhase.Crashed);
    world.reports("c", TrialPhase.Crashed);
    world.looks();
    assertEquals(State.STOPPED, world.entry().state());
  }

  @Test
  void crashWithMoreHooksDoesNot() {
    var more = TrialWorld.KEY.with(Set.of(Hook.DROPS, Hook.STAGES));
    world.reports("b", more, TrialPhase.Crashed);
    world.reports("c", more, TrialPhase.Crashed);
    world.looks();
    assertEquals(State.PROVEN, world.entry().state());
  }

  /** The ConfigMap was deleted. */
  @Test
  void nodesThatAreNotWatchedStopAModuleThatIsBeingTried() {
    TrialWorld lost = new TrialWorld("a", "b", "c");
    lost.reports("a", TrialPhase.Waiting);
    lost.reports("b", TrialPhase.Suspected);
    lost.looksFor(Duration.ofMinutes(1));
    assertEquals(State.TRYING, lost.entry().state());
    assertEquals(List.of(), lost.entry().failures(), "one node alone changes nothing");
    lost.reports("c", TrialPhase.Suspected);
    lost.looks();
    assertEquals(State.STOPPED, lost.entry().state());
    assertEquals(1, lost.notices.size());
  }

  private static TrialWorld hundredNodesAreDown() {
    TrialWorld many = new TrialWorld();
    for (int i = 0; i < 100; i++) {
      many.node("n" + i, TrialWorld.preferred());
    }
    many.allReport(TrialPhase.Waiting);
    many.looks();
    many.survives("n0");
    many.allReport(TrialPhase.Crashed);
    many.looksFor(Duration.ofMinutes(10));
    return many;
  }

  private static void survivesForAPerson(TrialWorld many, String name) {
    many.annotates(name, "ABC");
    many.reports(name, TrialPhase.Waiting);
    many.looks();
    many.survives(name);
  }

  @Test
  void manyNodesThatGoDownAreWrittenOnce() {
    TrialWorld many = hundredNodesAreDown();
    assertEquals(3, many.writes);
    assertEquals(8, many.entry().failures().size());
  }

  /** A power failure: ten minutes later the agents wait, and would try it once more. */
  @Test
  void proofAfterManyFailuresIsRecalledByTwoOthers() {
    TrialWorld many = hundredNodesAreDown();
    many.allReport(TrialPhase.Waiting);
    survivesForAPerson(many, "n98");
    survivesForAPerson(many, "n99");
    assertEquals(State.PROVEN, many.entry().state());
    many.reports("n97", TrialPhase.Crashed);
    many.reports("n0", TrialPhase.Suspected);
    many.looks();
    assertEquals(State.PROVEN, many.entry().state(), "the failure of n0 has been overruled");
    many.reports("n96", TrialPhase.Crashed);
    many.looks();
    assertEquals(State.STOPPED, many.entry().state());
    assertEquals(8, many.entry().failures().size());
    assertEquals("n97", many.entry().failures().get(7).node());
  }

  @Test
  void nodesThatStillReportTheirFailureHoldAgainstAProof() {
    TrialWorld many = hundredNodesAreDown();
    survivesForAPerson(many, "n98");
    survivesForAPerson(many, "n99");
    many.looksFor(Duration.ofMinutes(10));
    assertEquals(State.STOPPED, many.entry().state());
  }

  @Test
  void nodeWhoseFailureWasOverruledDoesNotCountAgain() {
    TrialWorld two = new TrialWorld("a", "b", "c", "d");
    two.allReport(TrialPhase.Waiting);
    two.looks();
    two.crashes("a");
    two.annotates("b", "ABC");
    two.looks();
    two.survives("b");
    assertEquals(State.PROVEN, two.entry().state());
    two.reports("a", TrialPhase.Suspected);
    two.reports("c", TrialPhase.Crashed);
    two.looksFor(Duration.ofMinutes(10));
    assertEquals(State.PROVEN, two.entry().state());
    two.reports("d", TrialPhase.Crashed);
    two.looks();
    assertEquals(State.STOPPED, two.entry().state());
  }
}
