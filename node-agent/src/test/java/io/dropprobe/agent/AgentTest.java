package io.dropprobe.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.agent.kernel.Errno;
import io.dropprobe.agent.kernel.FakeKernel;
import io.dropprobe.agent.kernel.Preflight;
import io.dropprobe.api.rules.NodeFacts;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.api.v1alpha1.Match;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.api.v1alpha1.StageCount;
import io.dropprobe.api.v1alpha1.Stages;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.TaintBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole loop, told as stories: a real agent between a kernel and an API server in memory. */
class AgentTest {
  @TempDir Path dir;
  private final ManualTime time = new ManualTime();
  private final FakeKernel kernel = new FakeKernel(time);
  private TestNode node;

  @BeforeEach
  void start() {
    node = new TestNode("worker-1", dir, time, kernel);
  }

  private void applied(String name, String uid) {
    node.api.probes.add(TestProbe.probe(name, uid));
    node.pass();
    node.settle();
  }

  private ProbeReport a() {
    return node.reported("a");
  }

  // Counting.

  @Test
  void aNewProbeIsCountedAndReported() {
    applied("a", "u1");
    assertEquals(List.of("a(active) worker-1"), kernel.summary());
    assertEquals(ProbeState.Active, a().state);
    assertEquals(1, a().observedGeneration);
    assertEquals(0, a().packets);
    assertEquals(1, node.api.last().activeProbes);
    assertEquals(ModuleState.Loaded, node.api.last().module.state);
    assertEquals("node-uid-1", node.api.last().nodeUID);
    assertEquals("boot-1", node.api.last().kernel.bootID);

    kernel.drop("NO_SOCKET", 7);
    kernel.drop("QUEUE_PURGE", 5);
    node.report();

    assertEquals(7, a().packets);
    assertEquals(700, a().bytes);
    assertEquals(5, a().noise);
    assertEquals(1, a().reasons.size());
    assertEquals("NO_SOCKET", a().reasons.get(0).reason);
    assertEquals(7, a().reasons.get(0).packets);
    assertEquals("Refused", a().reasons.get(0).reasonClass.name());
    assertEquals("at_no_socket", a().locations.get(0).location);
    assertEquals(1, a().locations.size());
  }

  @Test
  void theFirstPassAfterAChangeActsOnTheKernel() {
    applied("a", "u1");
    node.api.probes.set(
        0, TestProbe.changed(node.api.probes.get(0), p -> p.getSpec().active = false));
    node.pass();
    assertEquals(List.of("a(inactive) worker-1"), kernel.summary());
  }

  @Test
  void inactiveKeepsTheNumbersAndActiveGoesOn() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.change("a", p -> p.getSpec().active = false);
    kernel.drop("NO_SOCKET", 100);
    node.report();
    assertEquals(ProbeState.Inactive, a().state);
    assertEquals(7, a().packets);

    node.change("a", p -> p.getSpec().active = true);
    kernel.drop("NO_SOCKET", 2);
    node.report();
    assertEquals(9, a().packets);
    assertEquals(0, a().base.packets);
  }

  @Test
  void aChangedMatchStartsAtZeroInAnotherEpoch() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    String epoch = a().epoch;
    String series = a().series;

    node.change("a", p -> p.getSpec().match = TestProbe.ports(443));

    assertEquals("{ports=443}", kernel.filter("a"));
    assertEquals(0, a().packets);
    assertEquals(0, a().base.packets);
    assertNotEquals(epoch, a().epoch);
    assertNotEquals(series, a().series);
    assertEquals(2, a().observedGeneration);
  }

  @Test
  void aChangedResetAtStartsAtZero() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.change("a", p -> p.getSpec().resetAt = "2026-01-01T00:00:00Z");
    node.report();
    assertEquals(0, a().packets);
  }

  @Test
  void aNewCommandLineForTheSameSeriesKeepsTheSum() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.change("a", p -> p.getSpec().stages = Stages.Enabled);
    kernel.drop("NO_SOCKET", 1);
    node.report();
    assertEquals("{stages=on}", kernel.filter("a"));
    assertEquals(8, a().packets);
    assertEquals(7, a().base.packets);
    assertEquals(8, a().reasons.get(0).packets);
  }

  @Test
  void stagesAreCountedAndTheOneThatCantBeIsSaid() {
    applied("a", "u1");
    node.report();
    assertNull(a().stages, "not asked for");
    node.change("a", p -> p.getSpec().stages = Stages.Enabled);
    kernel.receive(100);
    node.report();
    assertEquals(2, a().stages.size());
    assertEquals("ip_rcv", a().stages.get(0).stage);
    assertEquals(StageCount.Via.Tracepoint, a().stages.get(0).via);
    assertEquals(100, a().stages.get(0).packets);
    assertEquals(0, a().stages.get(0).missed);
    assertEquals(StageCount.Via.None, a().stages.get(1).via);
    assertNull(a().stages.get(1).packets);

    kernel.reboot();
    node.run(Duration.ofSeconds(15));
    kernel.receive(1);
    node.report();
    assertEquals(101, a().stages.get(0).packets);
  }

  @Test
  void deletedAndCreatedAgainIsAnotherProbe() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    node.api.probes.set(0, TestProbe.probe("a", "u2"));
    node.pass();
    node.settle();
    assertEquals("u2", a().uid);
    assertEquals(0, a().packets);
  }

  @Test
  void severalProbesDoNotDisturbEachOther() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    applied("b", "u2");
    kernel.drop("NO_SOCKET", 1);
    node.report();
    assertEquals(8, a().packets);
    assertEquals(1, node.reported("b").packets);
    node.change("b", p -> p.getSpec().active = false);
    assertEquals(List.of("a(active) worker-1", "b(inactive) worker-1"), kernel.summary());
  }

  @Test
  void aFilterThatTheModuleRefusesFailsThatProbeOnly() {
    kernel.refuseFilters = true;
    applied("a", "u1");
    DropProbe b = TestProbe.probe("b", "u2");
    b.getSpec().match = TestProbe.ports(443);
    node.api.probes.add(b);
    node.pass();
    node.settle();
    assertEquals(ProbeState.Active, node.state("a"));
    ProbeReport report = node.reported("b");
    assertEquals(ProbeState.Failed, report.state);
    assertEquals("MatchNotSupported", report.reason);
    assertTrue(report.message.startsWith("spec.match.ports not supported"), report.message);
    assertNull(report.packets);
    assertEquals("False/ProbeFailed", node.condition("ProbesActive"));

    node.change("b", p -> p.getSpec().match = null);
    assertEquals(ProbeState.Active, node.state("b"));
    assertEquals("True/AsWanted", node.condition("ProbesActive"));
  }

  @Test
  void reasonsAreResolvedByTheRunningKernelsNames() {
    DropProbe a = TestProbe.probe("a", "u1");
    a.getSpec().match = new Match();
    a.getSpec().match.reasons = List.of("NETFILTER_DROP", "NO_SOCKET", "FROM_THE_FUTURE");
    node.api.probes.add(a);
    node.settle();
    assertEquals("{reasons=2,6}", kernel.filter("a"));
    assertEquals(ProbeState.Active, a().state);
    assertEquals(
        "spec.match.reasons: not known to this kernel, so not matched: FROM_THE_FUTURE",
        a().message);

    // Nothing matches, but it is what was asked for.
    node.change("a", p -> p.getSpec().match.reasons = List.of("FROM_THE_FUTURE"));
    assertEquals("{reasons=}", kernel.filter("a"));
    assertEquals(ProbeState.Active, a().state);
    assertTrue(a().message.contains("FROM_THE_FUTURE"), a().message);

    node.change("a", p -> p.getSpec().match.reasons = List.of("NO_SOCKET"));
    assertNull(a().message);
  }

  @Test
  void onAKernelWithoutReasonsNoneIsMatched() {
    kernel.namesReasons = false;
    DropProbe a = TestProbe.probe("a", "u1");
    a.getSpec().match = new Match();
    a.getSpec().match.reasons = List.of("NO_SOCKET");
    node.api.probes.add(a);
    node.settle();
    assertEquals("{reasons=}", kernel.filter("a"));
    assertEquals(ProbeState.Active, a().state);
    assertEquals(
        "spec.match.reasons: this kernel gives no reasons for drops, so none is matched",
        a().message);

    node.change(
        "a",
        p -> {
          p.getSpec().match = new Match();
          p.getSpec().match.excludeReasons = List.of("NO_SOCKET");
        });
    assertEquals("{}", kernel.filter("a"));
    assertEquals(
        "spec.match.excludeReasons: this kernel gives no reasons for drops, so none is excluded",
        a().message);
  }

  @Test
  void aKernelWithoutReasonsSaysSo() {
    kernel.namesReasons = false;
    applied("a", "u1");
    kernel.drop("-", 3);
    node.report();
    assertEquals(3, a().packets);
    assertNull(a().reasons);
    assertEquals(3, a().locations.get(0).packets);
    assertTrue(node.api.last().conditions.get(3).getMessage().contains("no reasons"));
  }

  private static String pod(int i) {
    return "0b9c2f64-6e0b-4f0c-9a35-00000000000" + i;
  }

  private void pod(String cookie, int i) {
    kernel.networks.put(cookie, "/kubepods/besteffort/pod" + pod(i) + "/8f");
  }

  private void appliedFor(String namespace) {
    DropProbe a = TestProbe.probe("a", "u1");
    a.getSpec().match = new Match();
    a.getSpec().match.namespaces = List.of(namespace);
    node.api.probes.add(a);
    node.pass();
    node.settle();
  }

  @Test
  void theNamespacesOfAProbeAreTheNetworksOfTheirPodsAsTheyComeAndGo() {
    node.podFolders =
        Optional.of(List.of("shop_cart_" + pod(1), "shop_cart_" + pod(2), "bank_db_" + pod(3)));
    pod("7", 1);
    pod("8", 3);
    appliedFor("shop");
    assertEquals("{netns=7}", kernel.filter("a"));
    assertEquals(ProbeState.Active, a().state);
    kernel.drop("NO_SOCKET", 5);
    node.report();
    String epoch = a().epoch;

    pod("9", 2);
    node.run(Duration.ofSeconds(2));
    assertEquals("{netns=7,9}", kernel.filter("a"));
    kernel.networks.remove("7");
    node.run(Duration.ofSeconds(2));
    assertEquals("{netns=9}", kernel.filter("a"));
    node.report();
    assertEquals(epoch, a().epoch);
    assertEquals(5, a().packets);
    assertEquals(2, kernel.commands.stream().filter("set a"::equals).count());

    node.start();
    node.settle();
    assertEquals(epoch, a().epoch);
    assertEquals(3, kernel.commands.stream().filter("set a"::equals).count());
  }

  @Test
  void withoutAPodNothingIsMatchedAndAnotherNamespaceStartsAtZero() {
    node.podFolders = Optional.of(List.of("bank_db_" + pod(3)));
    pod("8", 3);
    appliedFor("shop");
    assertEquals("{netns=}", kernel.filter("a"));
    assertEquals(ProbeState.Active, a().state);
    assertNull(a().message);
    String epoch = a().epoch;
    node.change("a", p -> p.getSpec().match.namespaces = List.of("bank"));
    assertEquals("{netns=8}", kernel.filter("a"));
    assertNotEquals(epoch, a().epoch);
  }

  @Test
  void aNodeThatCantTellItsPodsApartSaysSo() {
    node.podFolders = Optional.empty();
    appliedFor("shop");
    assertEquals("{netns=}", kernel.filter("a"));
    assertTrue(a().message.contains("/var/log/pods"), a().message);
  }

  @Test
  void anExpiredProbeStopsAtItsTime() {
    applied("a", "u1");
    node.change(
        "a",
        p -> {
          p.getSpec().duration = "1m";
          p.getStatus().expiresAt = time.wall().plusSeconds(60).toString();
        });
    node.run(Duration.ofSeconds(50));
    assertEquals(ProbeState.Active, node.state("a"));
    node.run(Duration.ofSeconds(10));
    assertEquals(List.of("a(inactive) worker-1"), kernel.summary());
    assertEquals(ProbeState.Expired, node.state("a"));
  }

  @Test
  void probeEndsAfterItsDurationThoughNoOperatorWritesWhen() {
    DropProbe probe = TestProbe.probe("a", "u1");
    tenMinutesWithoutEnd(probe);
    node.api.probes.add(probe);
    node.pass();
    node.settle();
    node.run(Duration.ofMinutes(6));
    assertEquals(ProbeState.Active, node.state("a"));
    node.start();
    node.run(Duration.ofMinutes(5));
    assertEquals(List.of("a(inactive) worker-1"), kernel.summary());
    assertEquals(ProbeState.Expired, node.state("a"));
  }

  @Test
  void durationGivenLaterRunsFromThen() {
    applied("a", "u1");
    node.run(Duration.ofMinutes(20));
    node.change("a", this::tenMinutesWithoutEnd);
    node.run(Duration.ofMinutes(9));
    assertEquals(ProbeState.Active, node.state("a"));
    node.run(Duration.ofMinutes(2));
    assertEquals(ProbeState.Expired, node.state("a"));
  }

  private void tenMinutesWithoutEnd(DropProbe p) {
    p.getSpec().duration = "10m";
    p.setStatus(new DropProbeStatus());
  }

  // The agent comes and goes.

  @Test
  void afterAKillTheNextAgentAdoptsModuleAndProbe() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    kernel.commands.clear();
    String epoch = a().epoch;
    kernel.drop("NO_SOCKET", 1);

    node.start();
    kernel.drop("NO_SOCKET", 2);
    node.report();

    assertEquals(10, a().packets);
    assertEquals(epoch, a().epoch);
    assertEquals(0, a().base.packets);
    assertEquals(1, kernel.loads);
    assertTrue(kernel.commands.stream().allMatch("renew a"::equals), kernel.commands.toString());
  }

  @Test
  void aSpecThatChangedWhileTheAgentWasAwayIsNoticed() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    node.api.probes.set(
        0, TestProbe.changed(node.api.probes.get(0), p -> p.getSpec().match = TestProbe.ports(80)));
    node.start();
    node.settle();
    assertEquals("{ports=80}", kernel.filter("a"));
    assertEquals(0, a().packets);
  }

  @Test
  void aProbeThatWasDeletedWhileTheAgentWasAwayIsCleanedUp() {
    applied("a", "u1");
    node.api.probes.clear();
    node.start();
    node.settle();
    assertNull(kernel.srcversion());
    assertEquals(ModuleState.Absent, node.api.last().module.state);
    assertEquals(List.of(), node.api.last().probes);
  }

  @Test
  void afterARebootCountingGoesOnWhereItStopped() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    String since = a().since;
    kernel.reboot();
    node.start();
    node.settle();
    assertEquals(7, a().packets);
    assertEquals(7, a().base.packets);
    assertEquals("boot-2", node.api.last().kernel.bootID);
    kernel.drop("NO_SOCKET", 1);
    kernel.drop("NETFILTER_DROP", 2);
    node.report();
    assertEquals(10, a().packets);
    assertEquals(8, a().reasons.get(0).packets);
    assertEquals(since, a().since);
  }

  @Test
  void numbersNeverGoDownInAnyReportAcrossAReboot() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    node.builder.result = "headers-not-found";
    kernel.reboot();
    node.builder.starts("source-2");
    node.start();
    node.report();
    assertEquals(ProbeState.Failed, a().state);
    assertEquals("HeadersNotFound", a().reason);
    assertEquals(7, a().packets);
    assertEquals(7, a().base.packets);
    assertNull(a().epoch);
    assertTrue(
        node.api.reports.stream()
                .filter(r -> !r.probes.isEmpty() && r.probes.get(0).packets != null)
                .mapToLong(r -> r.probes.get(0).packets)
                .reduce(0, (before, now) -> now >= before ? now : Long.MAX_VALUE)
            == 7);
  }

  @Test
  void withANewDiskTheReportCarriesTheSum() throws IOException {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    kernel.reboot();
    SafeFiles.deleteTree(dir.resolve("worker-1/state"));
    node.start();
    node.report();
    assertEquals(7, a().packets);
    assertEquals(7, a().reasons.get(0).packets);
  }

  @Test
  void withANewDiskAndTheSameKernelNothingIsCountedTwice() throws IOException {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    kernel.reboot();
    node.settle();
    kernel.drop("NO_SOCKET", 2);
    node.report();
    long before = a().packets;
    SafeFiles.deleteTree(dir.resolve("worker-1/state"));
    node.start();
    kernel.drop("NO_SOCKET", 1);
    node.report();
    assertEquals(before + 1, a().packets);
  }

  @Test
  void aNodeThatComesBackUnderItsNameCountsFromZero() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    node.api.node =
        new io.dropprobe.api.rules.NodeFacts("node-uid-2", node.api.node.labels(), List.of());
    node.start();
    kernel.drop("NO_SOCKET", 2);
    node.settle();
    assertEquals("node-uid-2", node.api.last().nodeUID);
    assertEquals(0, a().packets);
    assertEquals(0, a().base.packets);
  }

  @Test
  void anotherModuleKeepsTheSum() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.builder.srcversion = "BBBB";
    node.builder.starts("source-2");
    node.run(Duration.ofSeconds(15));
    assertEquals("BBBB", kernel.srcversion());
    assertEquals("BBBB", node.api.last().module.srcversion);
    kernel.drop("NO_SOCKET", 1);
    node.report();
    assertEquals(8, a().packets);
    assertEquals(7, a().base.packets);
  }

  // SIGTERM.

  @Test
  void aRolloutLeavesAllCountingAndFlushesTheReport() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.terminate();
    assertEquals(7, a().packets);
    assertEquals(ProbeState.Active, a().state);
    kernel.drop("NO_SOCKET", 2);
    node.start();
    node.report();
    assertEquals(9, a().packets);
    assertEquals(1, kernel.loads);
  }

  @Test
  void selectedByNoneAtTheEndNothingIsLeft() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.api.probes.replaceAll(p -> TestProbe.changed(p, TestProbe.elsewhere()));
    node.terminate();
    assertNull(kernel.srcversion());
    assertEquals(ModuleState.Absent, node.api.last().module.state);
    assertEquals(ProbeState.Removed, a().state);
    assertEquals(7, a().packets);
  }

  @Test
  void whenEverythingIsBeingRemovedNothingIsLeft() {
    applied("a", "u1");
    node.api.going = true;
    node.terminate();
    assertNull(kernel.srcversion());
    assertEquals(List.of(), node.api.last().probes);
  }

  /** An uninstall looks like that; so does a role that is being written anew. */
  @Test
  void refusedAtTheEndNothingIsLeftInTheKernelAndNoNumberIsLost() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    kernel.drop("NO_SOCKET", 2);
    node.api.refuses = true;
    node.terminate();
    assertNull(kernel.srcversion());
    assertEquals(7, a().packets, "the report stays as it was");

    node.api.refuses = false;
    node.start();
    node.settle();
    kernel.drop("NO_SOCKET", 1);
    node.report();
    assertEquals(10, a().packets);
  }

  @Test
  void whenTheApiServerIsAwayAtTheEndAllIsLeft() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.api.up = false;
    node.terminate();
    assertEquals(List.of("a(active) worker-1"), kernel.summary());
    node.api.up = true;
    kernel.drop("NO_SOCKET", 1);
    node.start();
    node.report();
    assertEquals(8, a().packets);
  }

  // Losing selection, deletion.

  @Test
  void taintNoScheduleEndsNothingAndKeepsANewProbeAway() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    taint("maintenance", "NoSchedule");
    applied("b", "u2");
    assertEquals(List.of("a(active) worker-1"), kernel.summary());
    node.start();
    node.settle();
    kernel.drop("NO_SOCKET", 1);
    node.report();
    assertEquals(List.of("a(active) worker-1"), kernel.summary());
    assertEquals(8, a().packets);
    taint("node.kubernetes.io/out-of-service", "NoExecute");
    node.run(Duration.ofSeconds(30));
    assertNull(kernel.srcversion());
    taint("node.kubernetes.io/out-of-service", "NoSchedule");
    node.run(Duration.ofSeconds(30));
    assertNull(kernel.srcversion(), "it was removed, and is new");
  }

  private void taint(String key, String effect) {
    Taint taint = new TaintBuilder().withKey(key).withEffect(effect).build();
    node.api.node = new NodeFacts(node.api.node.uid(), node.api.node.labels(), List.of(taint));
  }

  @Test
  void aNodeThatIsNotSelectedAnyMoreUnloadsAndKeepsItsShare() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.change("a", TestProbe.elsewhere());
    assertNull(kernel.srcversion());
    assertEquals(ModuleState.Absent, node.api.last().module.state);
    assertEquals(ProbeState.Removed, a().state);
    assertEquals(7, a().packets);
    assertEquals(7, a().base.packets);
    assertNull(a().epoch);
    assertEquals("Unknown/NoProbe", node.condition("ProbesActive"));

    node.change("a", p -> p.getSpec().nodeSelector = null);
    kernel.drop("NO_SOCKET", 1);
    node.report();
    assertEquals(8, a().packets);
    assertEquals(7, a().base.packets);
  }

  @Test
  void aProbeThatIsBeingDeletedLeavesTheKernelAndTheReport() {
    applied("a", "u1");
    applied("b", "u2");
    kernel.drop("NO_SOCKET", 7);
    node.api.probes.get(0).getMetadata().setDeletionTimestamp("2026-01-01T00:00:00Z");
    node.pass();
    node.settle();
    assertEquals(List.of("b(active) worker-1"), kernel.summary());
    assertNull(a());
  }

  @Test
  void aProbeThatCantBeRemovedStaysInTheReport() {
    applied("a", "u1");
    applied("b", "u2");
    node.api.probes.get(0).getMetadata().setDeletionTimestamp("2026-01-01T00:00:00Z");
    kernel.commandErrors.put("remove", Errno.ENOMEM);
    node.pass();
    assertEquals("RemoveFailed", a().reason);
    assertFalse(a().epoch.isEmpty());
    node.settle();
    assertNull(a());
  }

  // Leases, and kernels with two nodes.

  @Test
  void theLeaseIsRenewedWithoutTheApiServerAlsoWhileInactive() {
    applied("a", "u1");
    applied("b", "u2");
    node.change("b", p -> p.getSpec().active = false);
    node.api.up = false;
    node.run(Duration.ofMinutes(30));
    assertEquals(List.of("a(active) worker-1", "b(inactive) worker-1"), kernel.summary());
    assertTrue(kernel.leaseLeft("b") > 30, kernel.leaseLeft("b") + " s left");
  }

  @Test
  void anAgentThatStartsDuringAnOutageKeepsTheLease() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    node.api.up = false;
    node.start();
    node.run(Duration.ofMinutes(10));
    assertEquals(List.of("a(active) worker-1"), kernel.summary());
    kernel.drop("NO_SOCKET", 1);
    node.api.up = true;
    node.report();
    assertEquals(8, a().packets);
  }

  @Test
  void reportsResumeAfterAnOutageWithAllThatWasCounted() {
    applied("a", "u1");
    node.api.up = false;
    kernel.drop("NO_SOCKET", 7);
    node.run(Duration.ofMinutes(20));
    int before = node.api.reports.size();
    node.api.up = true;
    node.report();
    assertEquals(before + 2, node.api.reports.size(), "one more for the rate that is 0 again");
    assertEquals(7, a().packets);
  }

  @Test
  void aLeaseThatRanOutIsTakenUpAgainAndTheGapIsSaid() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    time.pass(Duration.ofSeconds(100));
    assertEquals(List.of("a(inactive) worker-1"), kernel.summary());
    node.start();
    node.report();
    assertEquals(List.of("a(active) worker-1"), kernel.summary());
    assertEquals(7, a().packets);
    assertTrue(a().gap.matches("4[0-9]s"), a().gap);
  }

  @Test
  void ofTwoNodesOnOneKernelOneCountsAndTheOtherSaysWho() {
    TestNode other = new TestNode("worker-2", dir, time, kernel);
    applied("a", "u1");
    other.api.probes = node.api.probes;
    other.settle();
    kernel.drop("NO_SOCKET", 7);
    other.run(Duration.ofSeconds(15));
    node.run(Duration.ofSeconds(15));

    assertEquals(List.of("a(active) worker-1"), kernel.summary());
    assertEquals(ProbeState.OwnedElsewhere, other.state("a"));
    assertEquals("worker-1", other.reported("a").ownedBy);
    assertEquals("worker-1", other.api.last().module.sharedWith);
    assertEquals(1, other.reported("a").observedGeneration);
    assertNull(other.reported("a").packets);
    assertEquals(0, other.api.last().activeProbes);
    assertEquals("True/OwnedElsewhere", other.condition("ProbesActive"));
    assertEquals(1, kernel.loads);
  }

  @Test
  void theSecondNodeTakesOverWhenTheFirstIsDeadAndKeepsTheCounts() {
    TestNode other = new TestNode("worker-2", dir, time, kernel);
    applied("a", "u1");
    other.api.probes = node.api.probes;
    other.settle();
    kernel.drop("NO_SOCKET", 7);
    node.report();
    // worker-1 makes no more passes.
    other.run(Duration.ofSeconds(90));
    assertEquals(List.of("a(active) worker-2"), kernel.summary());
    kernel.drop("NO_SOCKET", 1);
    other.report();
    assertEquals(ProbeState.Active, other.state("a"));
    assertEquals(8, other.reported("a").packets);
    assertNull(other.api.last().module.sharedWith);

    node.start();
    node.report();
    assertEquals(ProbeState.OwnedElsewhere, a().state);
    assertEquals(0, a().packets, "counted in the other's report");
    assertNull(a().epoch);
  }

  @Test
  void aProbeIsNotTakenOverForAnotherMatch() {
    TestNode other = new TestNode("worker-2", dir, time, kernel);
    applied("a", "u1");
    other.api.probes = new ArrayList<>(node.api.probes);
    other.settle();
    kernel.drop("NO_SOCKET", 7);
    // worker-1 is dead; worker-2 hears of the new match only.
    time.pass(Duration.ofSeconds(90));
    other.change("a", p -> p.getSpec().match = TestProbe.ports(443));
    assertEquals("{ports=443}", kernel.filter("a"));
    assertEquals(0, other.reported("a").packets);
  }

  @Test
  void aModuleFromBeforeTagsIsWorkedWithAllTheSame() {
    kernel.takesTags = false;
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.start();
    node.report();
    assertEquals(7, a().packets);
    assertEquals(0, a().base.packets);
  }

  @Test
  void aNodeThatSharesAKernelLeavesTheModuleToTheOther() {
    TestNode other = new TestNode("worker-2", dir, time, kernel);
    applied("a", "u1");
    other.api.probes = List.of(TestProbe.probe("b", "u2"));
    other.settle();
    assertEquals(List.of("a(active) worker-1", "b(active) worker-2"), kernel.summary());
    node.pass();
    node.api.probes.clear();
    node.pass();
    node.settle();
    assertEquals(List.of("b(active) worker-2"), kernel.summary());
    assertEquals(ModuleState.Absent, node.api.last().module.state);
    assertEquals("worker-2", node.api.last().module.sharedWith);
  }

  @Test
  void whatADeadNodeLeftOfADeletedProbeIsRemoved() {
    TestNode other = new TestNode("worker-2", dir, time, kernel);
    applied("a", "u1");
    other.api.probes = List.of(TestProbe.probe("b", "u2"));
    other.run(Duration.ofSeconds(90));
    assertEquals(List.of("b(active) worker-2"), kernel.summary());
  }

  // What goes wrong.

  @Test
  void withoutHeadersTheNodeIsUnsupportedAndNamesThePackage() {
    node.builder.result = "headers-not-found";
    node.builder.message = "install linux-headers-6.12.1-test";
    applied("a", "u1");
    assertEquals(ModuleState.Unsupported, node.api.last().module.state);
    assertEquals("True/Supported", node.condition("KernelSupported"));
    assertEquals("False/HeadersNotFound", node.condition("HeadersFound"));
    assertEquals("Unknown/NotReached", node.condition("ModuleBuilt"));
    assertEquals("Unknown/NotReached", node.condition("ModuleLoaded"));
    assertEquals("Unknown/NotReached", node.condition("ProbesActive"));
    assertEquals(ProbeState.Failed, a().state);
    assertEquals("install linux-headers-6.12.1-test", a().message);
    assertEquals(1, a().observedGeneration);
    assertNull(a().packets);
    assertNull(node.api.last().activeProbes);

    int writes = node.api.reports.size();
    node.run(Duration.ofMinutes(4));
    assertTrue(node.api.reports.size() - writes <= 1, "quiet while nothing changes");
    node.builder.result = "ok";
    node.run(Duration.ofSeconds(70));
    assertEquals(ProbeState.Active, node.state("a"));
  }

  @Test
  void aProblemThatNobodyNeedsSolvedKeepsTheLoopQuiet() {
    node.builder.result = "headers-not-found";
    applied("a", "u1");
    node.api.probes.clear();
    node.run(Duration.ofMinutes(3));
    assertEquals(ModuleState.Absent, node.api.last().module.state);
    assertTrue(node.passesIn(Duration.ofMinutes(1)) <= 8, "no pass without need");
  }

  @Test
  void modulesDisabledIsSaidAndNothingIsTried() {
    kernel.preflight = new Preflight(true, true, null, null, true, false);
    applied("a", "u1");
    assertEquals("False/ModulesDisabled", node.condition("KernelSupported"));
    assertEquals(ModuleState.Unsupported, node.api.last().module.state);
    assertEquals(0, kernel.loads);
  }

  @Test
  void whileBuildingNothingIsAProblemAndNothingIsActedOnYet() {
    node.api.probes.add(TestProbe.probe("a", "u1"));
    node.pass();
    assertEquals(ModuleState.Building, node.api.last().module.state);
    assertNull(a().state);
    assertNull(a().observedGeneration);
    assertTrue(
        node.api.last().conditions.stream().noneMatch(c -> c.getStatus().equals("False")),
        node.api.last().conditions.toString());
    assertEquals("Unknown/Building", node.condition("ModuleBuilt"));
  }

  @Test
  void aPersonsProbeKeepsTheModuleAndIsNamedAsTheHolder() {
    applied("a", "u1");
    kernel.manualActive = true;
    node.api.probes.clear();
    node.pass();
    node.settle();
    assertEquals(ModuleState.Loaded, node.api.last().module.state);
    assertEquals("False/ModuleHeld", node.condition("ModuleLoaded"));
    assertEquals(List.of(), kernel.summary());
    kernel.manualActive = false;
    node.run(Duration.ofSeconds(15));
    assertEquals(ModuleState.Absent, node.api.last().module.state);
  }

  @Test
  void aModuleThatSomebodyTookAwayIsLoadedAgain() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    kernel.reboot();
    node.run(Duration.ofSeconds(15));
    assertEquals(List.of("a(active) worker-1"), kernel.summary());
    assertEquals(7, a().packets);
  }

  // Reports.

  @Test
  void theRateIsThatOfTheLastInterval() {
    applied("a", "u1");
    assertNull(a().perSecond, "not known yet");
    node.run(Duration.ofSeconds(60));
    assertEquals("0", a().perSecond);
    node.run(Duration.ofMinutes(2));
    for (int i = 0; i < 60; i++) {
      kernel.drop("NO_SOCKET", 2);
      kernel.drop("NETFILTER_DROP", 1);
      node.run(Duration.ofSeconds(1));
    }
    node.change("a", p -> p.getSpec().duration = "1h");
    double rate = Double.parseDouble(a().perSecond);
    assertTrue(rate > 2.5 && rate < 3.5, a().perSecond);
    double reason = Double.parseDouble(a().reasons.get(0).perSecond);
    assertTrue(reason > 1.6 && reason < 2.4, a().reasons.get(0).perSecond);

    node.run(Duration.ofSeconds(61));
    assertEquals("0", a().perSecond, "the drops have stopped");
    assertEquals("0", a().reasons.get(0).perSecond);
    int before = node.api.reports.size();
    node.run(Duration.ofMinutes(3));
    assertEquals(before, node.api.reports.size());
  }

  @Test
  void theRateSurvivesARestart() {
    applied("a", "u1");
    node.report();
    for (int i = 0; i < 60; i++) {
      kernel.drop("NO_SOCKET", 2);
      node.run(Duration.ofSeconds(1));
    }
    node.start();
    node.settle();
    double rate = Double.parseDouble(a().perSecond);
    assertTrue(rate > 1 && rate <= 2, a().perSecond);
  }

  @Test
  void nothingNewIsWrittenOnlyAsAHeartbeat() {
    applied("a", "u1");
    // Until the rate is known, which is news.
    node.run(Duration.ofSeconds(60));
    int before = node.api.reports.size();
    node.run(Duration.ofSeconds(220));
    assertEquals(before, node.api.reports.size());
    node.run(Duration.ofSeconds(85));
    assertEquals(before + 1, node.api.reports.size());
  }

  @Test
  void anAgentThatWasAwayForLongReportsAtOnce() {
    applied("a", "u1");
    // A restart no longer knows how long the build took: that is a change.
    node.start();
    node.report();
    time.pass(Duration.ofSeconds(40));
    int before = node.api.reports.size();
    node.start();
    node.settle();
    assertEquals(before, node.api.reports.size(), "nothing new, and the report is young");
    time.pass(Duration.ofMinutes(20));
    node.start();
    node.pass();
    assertTrue(node.api.reports.size() > before, "the operator has to hear of it");
  }

  @Test
  void moreProbesThanAReportHoldsLeaveTheSmallestRemovedOnesOut() {
    for (int i = 0; i < 80; i++) {
      String name = "gone-%02d".formatted(i);
      applied(name, "g" + i);
      kernel.drop("NO_SOCKET", 1);
      node.change(name, TestProbe.elsewhere());
    }
    applied("zz", "u1");
    node.report();
    assertEquals(64, node.api.last().probes.size());
    assertEquals(ProbeState.Active, node.state("zz"));
  }

  @Test
  void countsAreWrittenAtMostOncePerInterval() {
    applied("a", "u1");
    node.run(Duration.ofSeconds(60));
    int before = node.api.reports.size();
    for (int i = 0; i < 300; i++) {
      kernel.drop("NO_SOCKET", 1);
      node.run(Duration.ofSeconds(1));
    }
    int writes = node.api.reports.size() - before;
    assertTrue(writes == 10 || writes == 11, writes + " writes in five minutes");
  }

  @Test
  void theIntervalInForceIsFollowed() {
    applied("a", "u1");
    node.change("a", p -> p.getStatus().reportInterval = "2m0s");
    int before = node.api.reports.size();
    for (int i = 0; i < 360; i++) {
      kernel.drop("NO_SOCKET", 1);
      node.run(Duration.ofSeconds(1));
    }
    assertEquals(3, node.api.reports.size() - before);
  }

  @Test
  void aSlowMachineIsGivenRests() {
    appliedFor("shop");
    assertTrue(node.passesIn(Duration.ofMinutes(1)) >= 25, "pods are looked for every two seconds");
    kernel.slowness = Duration.ofMillis(300);
    int passes = node.passesIn(Duration.ofMinutes(1));
    assertTrue(passes >= 6 && passes <= 14, passes + " passes a minute, each of 300 ms or more");
  }

  @Test
  void conditionsKeepTheirTimeWhileTheirStatusStays() {
    applied("a", "u1");
    String loaded = node.api.last().conditions.get(3).getLastTransitionTime();
    time.pass(Duration.ofSeconds(30));
    node.start();
    node.change("a", p -> p.getSpec().active = false);
    assertEquals(loaded, node.api.last().conditions.get(3).getLastTransitionTime());
  }
}
