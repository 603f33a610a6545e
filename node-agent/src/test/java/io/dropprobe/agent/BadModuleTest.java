// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.agent.kernel.Errno;
import io.dropprobe.agent.platform.SafeFiles;
import io.dropprobe.api.rules.NodeFacts;
import io.dropprobe.api.trial.Hook;
import io.dropprobe.api.trial.TrialBoard;
import io.dropprobe.api.trial.TrialEntry;
import io.dropprobe.api.trial.TrialKey;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.api.v1alpha1.Stages;
import io.dropprobe.api.v1alpha1.TrialPhase;
import io.fabric8.kubernetes.api.model.Taint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a bad module does to one node: it goes down at most twice, and others wait for it. */
class BadModuleTest extends NodeTestCase {
  private static final Duration SOAK = Duration.ofSeconds(61);
  private static final Duration RETRY = Duration.ofMinutes(10);

  private TrialPhase phase() {
    return node.api.last().module.trial.phase;
  }

  private void crash() {
    kernel.reboot();
    node.start();
    node.settle();
  }

  private void upgrade(String srcversion) {
    node.builder.srcversion = srcversion;
    node.builder.starts("source-" + srcversion);
  }

  private void startWithCanaries() {
    node.canaries = true;
    node.start();
  }

  private TrialEntry entry(TrialEntry.State state, List<String> canaries, int spread) {
    TrialKey key = TrialKey.of(node.api.last()).orElseThrow();
    return new TrialEntry(key, state, canaries, List.of(), List.of(), spread, null);
  }

  private void board(TrialEntry entry) {
    node.api.trials = TrialBoard.of(List.of(entry));
    node.pass(); // the ConfigMap is watched
    node.settle();
  }

  // The crash breaker

  @Test
  void moduleIsProvenAfterItsSoak() {
    applied("a", "u1");
    assertEquals(TrialPhase.Running, phase());
    assertEquals("drops", node.api.last().module.trial.hooks);
    node.run(SOAK);
    assertEquals(TrialPhase.Survived, phase());

    crash();

    assertEquals(ProbeState.Active, a().state);
    assertEquals(TrialPhase.Survived, phase());
  }

  @Test
  void nodeThatWentDownTriesOnceMoreAndThenNoMore() {
    applied("a", "u1");
    crash();
    assertEquals("False/ModuleCrashed", node.condition("ModuleLoaded"));
    assertEquals(TrialPhase.Crashed, phase());
    assertEquals(ProbeState.Failed, a().state);
    node.run(RETRY.minusSeconds(30));
    assertNull(kernel.srcversion());
    node.run(Duration.ofSeconds(60));
    assertEquals(ProbeState.Active, a().state);
    assertEquals(TrialPhase.Running, phase());

    crash();

    assertEquals("False/ModuleSuspected", node.condition("ModuleLoaded"));
    assertEquals(ModuleState.Failed, node.api.last().module.state);
    node.run(Duration.ofMinutes(20));
    crash();
    node.run(Duration.ofMinutes(20));
    assertNull(kernel.srcversion());
    assertEquals(2, kernel.loads);
    assertEquals(TrialPhase.Suspected, phase());
  }

  @Test
  void nodeThatSurvivesTheSecondTimeForgetsTheFirst() {
    applied("a", "u1");
    crash();
    node.run(RETRY.plus(SOAK));
    assertEquals(TrialPhase.Survived, phase());
    crash();
    assertEquals(ProbeState.Active, a().state);
  }

  @Test
  void suspectedModuleIsReplacedByFixedOne() {
    applied("a", "u1");
    crash();
    node.run(RETRY.plusSeconds(5));
    crash();
    assertEquals(TrialPhase.Suspected, phase());

    upgrade("BBBB");
    node.run(Duration.ofSeconds(20));

    assertEquals("BBBB", kernel.srcversion());
    assertEquals(ProbeState.Active, a().state);
  }

  @Test
  void personCanAskForOneMoreTrial() {
    applied("a", "u1");
    crash();
    node.run(RETRY.plusSeconds(5));
    crash();
    NodeFacts facts = node.api.node;
    node.api.node = new NodeFacts(facts.uid(), facts.labels(), facts.taints(), "AAAA");
    node.run(Duration.ofSeconds(10));
    assertEquals(ProbeState.Active, a().state);

    crash(); // the annotation is still there

    assertEquals(TrialPhase.Suspected, phase());
    assertNull(kernel.srcversion());
    node.api.node = facts;
    node.run(Duration.ofSeconds(10));
    node.api.node = new NodeFacts(facts.uid(), facts.labels(), facts.taints(), "AAAA");
    node.run(SOAK.plusSeconds(20));
    assertEquals(TrialPhase.Survived, phase());
  }

  @Test
  void annotationOfBeforeTheFirstTrialGrantsNoSecondOne() {
    NodeFacts facts = node.api.node;
    node.api.node = new NodeFacts(facts.uid(), facts.labels(), facts.taints(), "AAAA");
    applied("a", "u1");
    crash();
    assertEquals(TrialPhase.Crashed, phase());
    node.run(RETRY.minusSeconds(30));
    assertNull(kernel.srcversion());
    node.run(Duration.ofSeconds(60));
    assertEquals(TrialPhase.Running, phase());

    crash();

    assertEquals(TrialPhase.Suspected, phase());
    node.run(Duration.ofMinutes(20));
    assertNull(kernel.srcversion());
  }

  @Test
  void annotationForAnotherModuleChangesNothing() {
    applied("a", "u1");
    crash();
    NodeFacts facts = node.api.node;
    node.api.node = new NodeFacts(facts.uid(), facts.labels(), facts.taints(), "BBBB");
    node.run(Duration.ofSeconds(30));
    assertNull(kernel.srcversion());
  }

  @Test
  void plannedRebootInTheTrialIsNoCrash() {
    applied("a", "u1");
    node.terminate();
    assertEquals(TrialPhase.Waiting, phase());
    crash();
    assertEquals(ProbeState.Active, a().state);
    assertEquals(TrialPhase.Running, phase());
  }

  @Test
  void killedAgentGoesOnWithTheTrial() {
    applied("a", "u1");
    node.run(Duration.ofSeconds(30));
    node.start();
    node.settle();
    assertEquals(TrialPhase.Running, phase());
    crash();
    assertEquals(TrialPhase.Crashed, phase());
  }

  @Test
  void moduleOfAnEarlierAgentIsPutOnTrial() throws IOException {
    applied("a", "u1");
    SafeFiles.deleteTree(node.stateDir().resolve("trials"));
    node.start();
    node.settle();
    assertEquals(TrialPhase.Running, phase());
    crash();
    assertEquals(TrialPhase.Crashed, phase());
  }

  @Test
  void crashLongAfterItWasProvenIsNotTheModules() {
    applied("a", "u1");
    node.run(Duration.ofMinutes(10));
    crash();
    assertEquals(ProbeState.Active, a().state);
  }

  @Test
  void crashRightAfterLoadEndsWhatWasProvenBefore() {
    applied("a", "u1");
    node.run(SOAK);
    crash(); // not the module's
    crash(); // seconds after it was loaded
    assertEquals(TrialPhase.Crashed, phase());
  }

  @Test
  void nothingIsLoadedWhatCannotBeRecorded() throws IOException {
    Files.createDirectories(node.stateDir().resolve("trials")); // no file can have this name
    applied("a", "u1");
    assertNull(kernel.srcversion());
    assertEquals("False/TrialNotSaved", node.condition("ModuleLoaded"));
    assertEquals("TrialNotSaved", a().reason);

    SafeFiles.deleteTree(node.stateDir().resolve("trials"));
    node.settle();

    assertEquals(ProbeState.Active, a().state);
  }

  @Test
  void newHooksAreATrialOfTheirOwn() {
    applied("a", "u1");
    node.run(SOAK);
    node.api.probes.add(TestProbe.probe("b", "u2"));
    node.change("b", p -> p.getSpec().stages = Stages.Enabled);
    assertEquals(TrialPhase.Running, phase());
    assertEquals("drops,stages", node.api.last().module.trial.hooks);
    assertEquals(ProbeState.Active, node.state("b"));

    crash();

    assertEquals(ProbeState.Active, a().state, "it needs no stages");
    assertEquals(ProbeState.Failed, node.state("b"));
    assertEquals("ModuleCrashed", node.reported("b").reason);
    node.run(RETRY.plus(SOAK));
    assertEquals(ProbeState.Active, node.state("b"));
    assertEquals(TrialPhase.Survived, phase());
  }

  // The way back

  @Test
  void suspectedModuleLeavesTheOneBeforeInPlace() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 3);
    node.run(SOAK);
    upgrade("BBBB");
    node.run(Duration.ofSeconds(20));
    assertEquals("BBBB", kernel.srcversion());

    crash();

    assertEquals("AAAA", kernel.srcversion());
    assertEquals(ProbeState.Active, a().state);
    assertEquals(ModuleState.Loaded, node.api.last().module.state);
    assertEquals("AAAA", node.api.last().module.srcversion);
    assertEquals(TrialPhase.Crashed, phase());
    kernel.drop("NO_SOCKET", 4);
    node.report();
    assertEquals(7, a().refused);
    node.run(RETRY.plusSeconds(10));
    assertEquals("BBBB", kernel.srcversion());
    crash();
    assertEquals(TrialPhase.Suspected, phase());
    assertEquals("AAAA", kernel.srcversion());
    node.run(Duration.ofMinutes(20));
    assertEquals("AAAA", kernel.srcversion());
  }

  @Test
  void refusedModuleGivesWayToTheOneBefore() {
    applied("a", "u1");
    node.run(SOAK);
    kernel.loadErrors.add(Errno.ENOMEM);
    upgrade("BBBB");
    node.run(Duration.ofSeconds(12));

    assertEquals("AAAA", kernel.srcversion());
    assertEquals(ProbeState.Active, a().state);
    assertEquals("AAAA", node.api.last().module.srcversion);
    int loads = kernel.loads;
    node.run(Duration.ofMinutes(20));
    assertEquals(loads, kernel.loads, "each attempt would cost counts");

    upgrade("CCCC");
    node.run(Duration.ofSeconds(20));
    assertEquals("CCCC", kernel.srcversion());
  }

  @Test
  void damagedModuleOfBeforeIsNotLoaded() throws IOException {
    applied("a", "u1");
    node.run(SOAK);
    try (Stream<Path> files = Files.walk(node.stateDir())) {
      for (Path file : files.filter(f -> f.endsWith("dropprobe.ko")).toList()) {
        Files.writeString(file, "damaged");
      }
    }
    startWithCanaries();
    upgrade("BBBB");
    crash();
    node.run(Duration.ofSeconds(20));
    assertNull(kernel.srcversion());
    assertEquals(TrialPhase.Waiting, phase());
    board(entry(TrialEntry.State.PROVEN, List.of(), 0));
    assertEquals("BBBB", kernel.srcversion());
  }

  // The canary

  @Test
  void moduleWaitsForACanaryAndPodIsReady() {
    startWithCanaries();
    applied("a", "u1");
    assertNull(kernel.srcversion());
    assertTrue(node.ready());
    assertEquals(TrialPhase.Waiting, phase());
    assertEquals("Unknown/AwaitingCanary", node.condition("ModuleLoaded"));
    assertEquals(ModuleState.Building, node.api.last().module.state);

    board(entry(TrialEntry.State.TRYING, List.of("worker-2"), 0));
    assertNull(kernel.srcversion());
    int reports = node.api.reports.size();
    board(entry(TrialEntry.State.STOPPED, List.of(), 0));
    assertNull(kernel.srcversion());
    assertEquals(reports, node.api.reports.size(), "all nodes would write at once");

    board(entry(TrialEntry.State.PROVEN, List.of(), 0));

    assertEquals(ProbeState.Active, a().state);
    assertEquals(TrialPhase.Running, phase());
  }

  @Test
  void canaryLoadsOnlyWhenItsAnnouncementWasAccepted() {
    startWithCanaries();
    applied("a", "u1");
    TrialEntry named = entry(TrialEntry.State.TRYING, List.of("worker-1"), 0);
    node.api.trials = TrialBoard.of(List.of(named));
    node.api.writes = false;
    node.run(Duration.ofSeconds(40));
    assertNull(kernel.srcversion());
    assertEquals(TrialPhase.Waiting, phase(), "of the report that was accepted");

    node.api.writes = true;
    node.run(Duration.ofSeconds(40));

    assertEquals(ProbeState.Active, a().state);
    List<TrialPhase> phases =
        node.api.reports.stream()
            .filter(r -> r.module.trial != null)
            .map(r -> r.module.trial.phase)
            .distinct()
            .toList();
    assertEquals(List.of(TrialPhase.Waiting, TrialPhase.Running), phases);
    node.run(SOAK);
    assertEquals(TrialPhase.Survived, phase());
  }

  @Test
  void provenModuleIsLoadedInTurn() {
    startWithCanaries();
    applied("a", "u1");
    board(entry(TrialEntry.State.PROVEN, List.of(), 600));
    assertNull(kernel.srcversion());
    node.run(Duration.ofMinutes(10));
    assertEquals(ProbeState.Active, a().state);
  }

  @Test
  void nodeThatHasSurvivedNeedsNoLeave() {
    applied("a", "u1");
    node.run(SOAK);
    node.canaries = true;
    crash();
    assertEquals(ProbeState.Active, a().state);
  }

  @Test
  void waitingNodeGoesOnWithTheModuleItHas() {
    applied("a", "u1");
    node.run(SOAK);
    startWithCanaries();
    upgrade("BBBB");
    node.run(Duration.ofSeconds(20));
    kernel.drop("NO_SOCKET", 3);
    node.report();
    assertEquals("AAAA", kernel.srcversion());
    assertEquals(3, a().refused);
    assertEquals(TrialPhase.Waiting, phase());
    assertEquals("BBBB", node.api.last().module.trial.srcversion);

    crash(); // also after a reboot

    assertEquals("AAAA", kernel.srcversion());
    assertEquals(ProbeState.Active, a().state);
    board(entry(TrialEntry.State.PROVEN, List.of(), 0));
    assertEquals("BBBB", kernel.srcversion());
  }

  @Test
  void hooksThatAreNewWaitWhileTheOthersCount() {
    applied("a", "u1");
    node.run(SOAK);
    startWithCanaries();
    node.api.probes.add(TestProbe.probe("b", "u2"));
    node.change("b", p -> p.getSpec().stages = Stages.Enabled);
    assertEquals(ProbeState.Active, a().state);
    assertNull(node.state("b"));
    assertEquals(TrialPhase.Waiting, phase());
    assertEquals("drops,stages", node.api.last().module.trial.hooks);
    assertFalse(kernel.filter("b").contains("stages"), "it counts without them");

    board(entry(TrialEntry.State.TRYING, List.of("worker-1"), 0));

    assertEquals(ProbeState.Active, node.state("b"));
    assertEquals(Set.of(Hook.DROPS, Hook.STAGES), TrialKey.of(node.api.last()).get().hooks());
  }

  @Test
  void nodesLoadOneAfterTheOther() {
    Set<Long> turns = new HashSet<>();
    startWithCanaries();
    applied("a", "u1");
    board(entry(TrialEntry.State.PROVEN, List.of(), 100));
    for (int second = 0; second < 100 && kernel.srcversion() == null; second++) {
      node.run(Duration.ofSeconds(1));
      turns.add((long) second);
    }
    assertEquals(ProbeState.Active, a().state);
    assertTrue(turns.size() > 1, "not at once");
  }

  @Test
  void hangingLoadIsStillOnTrial() {
    startWithCanaries();
    applied("a", "u1");
    kernel.hang = new CountDownLatch(1);
    board(entry(TrialEntry.State.TRYING, List.of("worker-1"), 0));
    node.run(Duration.ofSeconds(90));
    assertEquals(TrialPhase.Running, phase());
    assertTrue(node.passesIn(Duration.ofSeconds(10)) <= 15, "the loop spins");
    kernel.hang.countDown();
  }

  @Test
  void trialGoesOnWhileTheBuilderStarts() throws IOException {
    applied("a", "u1");
    Files.delete(node.stateDir().resolveSibling("build").resolve("builder"));
    node.start();
    node.settle();
    assertEquals(TrialPhase.Running, phase());
  }

  @Test
  void sameModuleOfAnotherBuilderIsNotTriedAgainWhereItIsLoaded() {
    applied("a", "u1");
    node.run(SOAK);
    String builder = node.api.last().module.trial.builder;
    startWithCanaries();
    node.builder.starts("another compiler");
    node.run(Duration.ofSeconds(20));
    assertEquals(TrialPhase.Survived, phase());
    assertEquals(builder, node.api.last().module.trial.builder);
    crash();
    assertEquals(ProbeState.Active, a().state);
    assertEquals(TrialPhase.Survived, phase());
  }

  @Test
  void canaryThatCannotLoadSaysSo() {
    applied("a", "u1");
    node.run(SOAK);
    startWithCanaries();
    kernel.manualActive = true;
    upgrade("BBBB");
    node.run(Duration.ofSeconds(10));
    board(entry(TrialEntry.State.TRYING, List.of("worker-1"), 0));
    node.run(Duration.ofSeconds(30));
    assertEquals(TrialPhase.Waiting, phase());
    assertEquals("AAAA", kernel.srcversion());

    kernel.manualActive = false;
    node.run(Duration.ofSeconds(30));

    assertEquals("BBBB", kernel.srcversion());
  }

  @Test
  void canaryWhoseKernelRefusesTheModuleSaysSo() {
    applied("a", "u1");
    node.run(SOAK);
    startWithCanaries();
    upgrade("BBBB");
    node.run(Duration.ofSeconds(10));
    kernel.loadErrors.add(Errno.ENOENT);
    board(entry(TrialEntry.State.TRYING, List.of("worker-1"), 0));
    node.run(Duration.ofSeconds(30));
    assertEquals("AAAA", kernel.srcversion());
    assertNull(node.api.last().module.trial);
    assertEquals("False/TracepointMissing", node.condition("KernelSupported"));
  }

  @Test
  void hooksThatWereNeverAttachedAreNotProven() {
    kernel.tooLarge.add("a");
    applied("a", "u1");
    node.run(SOAK.plusSeconds(20));
    assertEquals(TrialPhase.Waiting, phase(), "the operator asks another node");
    assertEquals("NoMemory", a().reason);
    assertTrue(node.passesIn(Duration.ofSeconds(10)) <= 3);

    kernel.tooLarge.clear();
    node.run(SOAK.plusSeconds(20));

    assertEquals(TrialPhase.Survived, phase());
    assertEquals("drops", node.api.last().module.trial.hooks);
  }

  @Test
  void moduleIsNotOnTrialForLongWhileTheKernelRefusesItsProbes() {
    kernel.tooLarge.add("a");
    applied("a", "u1");
    node.run(Duration.ofMinutes(10));
    assertEquals(TrialPhase.Survived, phase());
    assertEquals("load", node.api.last().module.trial.hooks);

    crash();

    assertEquals(TrialPhase.Waiting, phase());
    assertEquals("NoMemory", a().reason);
    kernel.tooLarge.clear();
    node.settle();
    node.run(Duration.ofSeconds(10));
    assertEquals(ProbeState.Active, a().state);
  }

  @Test
  void refusedHooksAreTriedAgainAfterAPauseAndAfterAChange() {
    applied("a", "u1");
    applied("b", "u2");
    node.run(SOAK);
    kernel.stagesTooLarge = true;
    node.change("b", p -> p.getSpec().stages = Stages.Enabled);
    assertEquals(TrialPhase.Waiting, phase());
    node.run(Duration.ofMinutes(5));
    assertEquals("NoMemory", node.reported("b").reason);
    assertEquals("{}", kernel.filter("b"), "it counts without its stages");
    assertEquals(TrialPhase.Survived, phase());
    assertEquals("drops", node.api.last().module.trial.hooks);

    kernel.stagesTooLarge = false;
    node.run(Duration.ofMinutes(10));
    assertEquals(ProbeState.Active, node.state("b"));

    kernel.stagesTooLarge = true;
    node.change("b", p -> p.getSpec().match = TestProbe.ports(443));
    node.run(Duration.ofMinutes(5));
    kernel.stagesTooLarge = false;
    node.change("a", p -> p.getSpec().active = false);
    assertEquals(ProbeState.Active, node.state("b"));
  }

  @Test
  void probeWithoutASlotBeginsNoTrial() {
    for (int i = 0; i < 16; i++) {
      node.api.probes.add(TestProbe.probe("p" + i, "u" + i));
    }
    node.settle();
    node.run(SOAK);
    startWithCanaries();
    int reports = node.api.reports.size();
    node.api.probes.add(TestProbe.probe("q", "v"));
    node.change("q", p -> p.getSpec().stages = Stages.Enabled);
    assertEquals("TooManyProbes", node.reported("q").reason);
    assertTrue(
        node.api.reports.stream()
            .skip(reports)
            .noneMatch(r -> r.module.trial.hooks.contains("stages")));
    assertEquals(TrialPhase.Survived, phase());
    assertTrue(node.passesIn(Duration.ofSeconds(10)) <= 3);

    node.api.probes.removeIf(p -> p.getMetadata().getName().equals("p0"));
    node.settle();
    node.run(Duration.ofSeconds(10));

    assertEquals(TrialPhase.Waiting, phase());
    assertEquals("drops,stages", node.api.last().module.trial.hooks);
  }

  @Test
  void canaryThatCannotRecordNewHooksSaysSo() throws IOException {
    applied("a", "u1");
    node.run(SOAK);
    startWithCanaries();
    node.change("a", p -> p.getSpec().stages = Stages.Enabled);
    Files.createDirectories(node.stateDir().resolve(".trials.tmp/full"));
    int reports = node.api.reports.size();
    board(entry(TrialEntry.State.TRYING, List.of("worker-1"), 0));
    node.run(Duration.ofSeconds(30));
    assertEquals(TrialPhase.Waiting, phase());
    assertEquals("TrialNotSaved", a().reason);
    assertTrue(node.api.reports.size() - reports <= 4, "it goes on and off");

    SafeFiles.deleteTree(node.stateDir().resolve(".trials.tmp"));
    node.run(Duration.ofMinutes(2));

    assertEquals(ProbeState.Active, a().state);
  }

  @Test
  void replacementThatCannotBeRecordedIsReportedOnce() throws IOException {
    applied("a", "u1");
    node.run(SOAK);
    startWithCanaries();
    upgrade("BBBB");
    node.run(Duration.ofSeconds(10));
    Files.createDirectories(node.stateDir().resolve(".trials.tmp/full"));
    int reports = node.api.reports.size();
    board(entry(TrialEntry.State.TRYING, List.of("worker-1"), 0));
    node.run(Duration.ofSeconds(25));
    assertEquals("AAAA", kernel.srcversion());
    assertEquals(ProbeState.Active, a().state);
    assertEquals("False/TrialNotSaved", node.condition("ModuleLoaded"));
    assertEquals(TrialPhase.Waiting, phase());
    assertTrue(node.api.reports.size() - reports <= 3, "it goes on and off");

    SafeFiles.deleteTree(node.stateDir().resolve(".trials.tmp"));
    node.run(Duration.ofMinutes(2));

    assertEquals("BBBB", kernel.srcversion());
  }

  @Test
  void hooksThatWereSurvivedStayOpenWhileTheDiskIsFull() throws IOException {
    applied("a", "u1");
    applied("b", "u2");
    node.run(SOAK);
    node.change("a", p -> p.getSpec().active = false);
    node.change("b", p -> p.getSpec().active = false);
    Files.createDirectories(node.stateDir().resolve(".trials.tmp/full"));
    node.change(
        "b",
        p -> {
          p.getSpec().active = true;
          p.getSpec().stages = Stages.Enabled;
        });
    node.change("a", p -> p.getSpec().active = true);
    assertEquals(ProbeState.Active, a().state);
    assertEquals("TrialNotSaved", node.reported("b").reason);
  }

  @Test
  void moduleOfBeforeThatCannotBeUnloadedIsNotTheNewOnesFault() {
    startWithCanaries();
    applied("a", "u1");
    board(entry(TrialEntry.State.PROVEN, List.of(), 0));
    node.run(SOAK);
    upgrade("BBBB");
    node.run(Duration.ofSeconds(10));
    kernel.hang = new CountDownLatch(1);
    board(entry(TrialEntry.State.TRYING, List.of("worker-1"), 0));
    node.run(Duration.ofSeconds(90));
    assertEquals("False/ModuleStuck", node.condition("ModuleLoaded"));
    assertEquals(TrialPhase.Waiting, phase(), "the operator asks another node");
    kernel.hang = null;

    crash();

    assertEquals(TrialPhase.Running, phase());
    assertEquals("BBBB", node.api.last().module.trial.srcversion);
  }

  @Test
  void newNodeCountsWithTheHooksThatAreProven() {
    startWithCanaries();
    applied("a", "u1");
    node.api.probes.add(TestProbe.probe("b", "u2"));
    TrialEntry drops = entry(TrialEntry.State.PROVEN, List.of(), 0);
    node.change("b", p -> p.getSpec().stages = Stages.Enabled);
    TrialEntry stages = entry(TrialEntry.State.STOPPED, List.of(), 0);
    assertEquals("drops,stages", node.api.last().module.trial.hooks);
    node.api.trials = TrialBoard.of(List.of(drops, stages));
    node.settle();
    node.run(Duration.ofSeconds(10));
    assertEquals(ProbeState.Active, a().state);
    assertFalse(kernel.filter("b").contains("stages"), "it counts without them");
    assertEquals(TrialPhase.Waiting, phase());
    assertEquals("drops,stages", node.api.last().module.trial.hooks);

    crash();

    assertEquals("ModuleCrashed", a().reason, "it was on trial");
  }

  @Test
  void probeThatEndsInItsTrialProvesTheLoadOnly() {
    applied("a", "u1");
    node.change("a", p -> p.getSpec().active = false);
    node.run(SOAK.plusSeconds(10));
    assertEquals(TrialPhase.Survived, phase());
    assertEquals("load", node.api.last().module.trial.hooks);
    node.change("a", p -> p.getSpec().active = true);
    assertEquals(TrialPhase.Running, phase());
    assertEquals("drops", node.api.last().module.trial.hooks);
  }

  @Test
  void loadedModuleWithoutActiveProbeIsOnTrialAfterARestart() {
    node.api.probes.add(TestProbe.probe("a", "u1"));
    node.change("a", p -> p.getSpec().active = false);
    node.terminate();
    node.start();
    node.run(SOAK.plusSeconds(10));
    assertEquals(TrialPhase.Survived, phase());
  }

  @Test
  void diskThatForgetsAtEachBootDoesNotMakeALoop() throws IOException {
    applied("a", "u1");
    for (int i = 0; i < 3; i++) {
      SafeFiles.deleteTree(node.stateDir());
      crash();
      node.run(RETRY.plusSeconds(10));
    }
    assertEquals(1, kernel.loads);
    assertEquals(TrialPhase.Suspected, phase());

    NodeFacts facts = node.api.node;
    node.api.node = new NodeFacts(facts.uid(), facts.labels(), facts.taints(), "AAAA");
    node.run(Duration.ofSeconds(10));
    for (int i = 0; i < 2; i++) {
      SafeFiles.deleteTree(node.stateDir());
      crash(); // the annotation is still there
      node.run(RETRY.plusSeconds(10));
    }
    assertEquals(2, kernel.loads, "one more");
  }

  @Test
  void probeCountsOnWhileItsNewHooksWait() {
    applied("a", "u1");
    node.run(SOAK);
    startWithCanaries();
    node.change("a", p -> p.getSpec().stages = Stages.Enabled);
    kernel.drop("NO_SOCKET", 3);
    node.report();
    assertEquals(3, a().refused);
    assertNull(a().state);
    assertEquals(1, node.api.last().activeProbes);

    board(entry(TrialEntry.State.PROVEN, List.of(), 0));
    kernel.drop("NO_SOCKET", 2);
    node.report();

    assertEquals(5, a().refused);
    assertEquals(ProbeState.Active, a().state);
  }

  @Test
  void moduleThatCountedIsPreferredToOneThatWasOnlyLoaded() {
    applied("a", "u1");
    node.run(SOAK);
    node.change("a", p -> p.getSpec().active = false);
    upgrade("BBBB");
    node.run(SOAK.plusSeconds(30));
    assertEquals("BBBB", kernel.srcversion());
    node.change("a", p -> p.getSpec().active = true);

    crash();

    assertEquals("AAAA", kernel.srcversion());
    assertEquals(ProbeState.Active, a().state);
  }

  @Test
  void recordThatCouldNotBeWrittenIsWrittenLater() throws IOException {
    applied("a", "u1");
    Path busy = node.stateDir().resolve(".trials.tmp");
    Files.createDirectories(busy.resolve("full"));
    node.run(SOAK);
    SafeFiles.deleteTree(busy);
    node.run(Duration.ofSeconds(20));
    crash();
    assertEquals(TrialPhase.Survived, phase());
  }

  @Test
  void stoppingAgentLoadsNothingNew() {
    startWithCanaries();
    applied("a", "u1");
    node.api.trials = TrialBoard.of(List.of(entry(TrialEntry.State.PROVEN, List.of(), 0)));
    node.terminate();
    assertNull(kernel.srcversion());
  }

  @Test
  void modulesThatWaitDoNotPushOutTheOneThatCounts() {
    applied("a", "u1");
    node.run(SOAK);
    startWithCanaries();
    for (String srcversion : List.of("BBBB", "CCCC", "DDDD", "EEEE")) {
      upgrade(srcversion);
      node.run(Duration.ofSeconds(20));
    }
    crash();
    assertEquals("AAAA", kernel.srcversion());
  }

  @Test
  void twoModulesThatCrashAreNotFollowedByAThird() {
    for (String srcversion : List.of("AAAA", "BBBB", "CCCC")) {
      upgrade(srcversion);
      if (srcversion.equals("AAAA")) {
        applied("a", "u1");
      }
      node.run(SOAK.plusSeconds(30));
    }
    crash(); // long after: CCCC is loaded again
    crash();
    crash();
    int loads = kernel.loads;
    crash();
    assertEquals(loads, kernel.loads);
  }

  @Test
  void crashWithMoreHooksIsNotCountedForFewer() {
    applied("a", "u1");
    node.run(SOAK);
    node.api.probes.add(TestProbe.probe("b", "u2"));
    node.change("b", p -> p.getSpec().stages = Stages.Enabled);
    crash();
    node.run(RETRY.plusSeconds(10));
    crash();
    assertEquals("ModuleSuspected", node.reported("b").reason);
    assertEquals(ProbeState.Active, a().state);
    crash(); // by chance, seconds after the load with drops alone
    assertEquals("ModuleCrashed", a().reason);
  }

  @Test
  void waitingNodeDoesNotPassEachSecond() {
    startWithCanaries();
    applied("a", "u1");
    assertTrue(node.passesIn(Duration.ofMinutes(1)) <= 10);
  }

  // The off switch

  @Test
  void newProbeIsNotAddedWhileTheOthersAreSuspended() {
    applied("a", "u1");
    node.change("a", p -> p.setStatus(suspended(true)));
    applied("b", "u2");
    assertNull(kernel.srcversion());
  }

  @Test
  void suspensionDoesNotForgetThatTheNodeWasSelected() {
    applied("a", "u1");
    NodeFacts facts = node.api.node;
    node.api.node =
        new NodeFacts(
            facts.uid(), facts.labels(), List.of(new Taint("NoSchedule", "later", null, null)));
    node.settle();
    node.change("a", p -> p.setStatus(suspended(true)));
    node.change("a", p -> p.setStatus(suspended(null)));
    assertEquals(ProbeState.Active, a().state);
  }

  @Test
  void suspendedProbesLeaveTheKernelAndKeepTheirNumbers() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 3);
    node.report();
    node.change("a", p -> p.setStatus(suspended(true)));
    assertNull(kernel.srcversion());
    assertEquals(ModuleState.Absent, node.api.last().module.state);
    assertEquals(ProbeState.Removed, a().state);
    assertEquals(3, a().refused);

    node.change("a", p -> p.setStatus(suspended(null)));
    kernel.drop("NO_SOCKET", 4);
    node.report();
    assertEquals(ProbeState.Active, a().state);
    assertEquals(7, a().refused);
  }

  private static DropProbeStatus suspended(Boolean suspended) {
    DropProbeStatus status = new DropProbeStatus();
    status.suspended = suspended;
    return status;
  }
}
