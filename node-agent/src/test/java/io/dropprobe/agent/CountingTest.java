// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.agent.kernel.CardErrors;
import io.dropprobe.agent.kernel.Netstat;
import io.dropprobe.api.catalog.DropClass;
import io.dropprobe.api.catalog.Effect;
import io.dropprobe.api.v1alpha1.Direction;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.Match;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.api.v1alpha1.StageCount;
import io.dropprobe.api.v1alpha1.Stages;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is counted, and when counts start at zero. */
class CountingTest extends NodeTestCase {
  @Test
  void reportsCpusWithoutMemoryForTheirCounters() {
    applied("a", "u1");
    kernel.missingCpus = 2;
    node.report();
    assertEquals(ProbeState.Active, a().state);
    assertEquals("CpusNotCounted", a().reason);
    assertEquals(
        "not counted on 2 CPUs: no memory for their counters; raise moduleMemoryLimit in the"
            + " settings (kubectl -n dropprobe-system edit configmap dropprobe); it takes effect"
            + " when the module is next loaded",
        a().message);
    assertEquals("True/AsDesired", node.condition("ProbesActive"));

    node.change("a", p -> p.getSpec().active = false);
    assertEquals(ProbeState.Inactive, a().state);
    assertNull(a().reason, "a probe that is stopped misses nothing");
    node.change("a", p -> p.getSpec().active = true);
    assertEquals("CpusNotCounted", a().reason);

    kernel.missingCpus = 0;
    node.report();
    assertNull(a().reason);
    assertNull(a().message);
  }

  @Test
  void reportsThatSilentLossesAreIncomplete() {
    kernel.netstat.put(
        "a",
        new Netstat(Set.of("TcpExtListenDrops"), Set.of("tx_errors"), Map.of(), 1, 2, List.of()));
    applied("a", "u1");
    node.report();
    assertEquals(ProbeState.Active, a().state);
    assertEquals("SilentLossesIncomplete", a().reason);
    assertEquals(
        "losses that only the kernel's own counters show are incomplete: no memory for those of all"
            + " network namespaces; raise moduleMemoryLimit in the settings (kubectl -n"
            + " dropprobe-system edit configmap dropprobe); it takes effect when the module is next"
            + " loaded",
        a().message);
    assertNull(a().silent, "not 0");
  }

  @Test
  void reportsErrorsOfNetworkCardsInNoOtherNumber() {
    kernel.netstat.put(
        "a",
        new Netstat(
            Set.of("TcpExtListenDrops"),
            Set.of("tx_errors"),
            Map.of("tx_errors", 3L),
            0,
            0,
            List.of(new CardErrors("eth0", "tx_errors", 3))));
    applied("a", "u1");
    node.report();
    assertEquals(1, a().deviceErrors.size());
    assertEquals("eth0", a().deviceErrors.get(0).device);
    assertEquals("tx_errors", a().deviceErrors.get(0).counter);
    assertEquals(3, a().deviceErrors.get(0).packets);
    assertEquals(0, a().lost);
    assertEquals(0, a().silent);
  }

  @Test
  void reportsMissingCpusBesidePartOfSpecWithoutEffect() {
    kernel.missingCpus = 1;
    DropProbe a = TestProbe.probe("a", "u1");
    a.getSpec().match = new Match();
    a.getSpec().match.reasons = List.of("FROM_THE_FUTURE");
    node.api.probes.add(a);
    node.settle();
    assertEquals("CpusNotCounted", a().reason);
    assertTrue(a().message.startsWith("not counted on 1 CPU: "), a().message);
    assertTrue(
        a().message
            .endsWith(
                "; spec.match.reasons: this kernel does not have these drop"
                    + " reasons, so they are not matched; check their spelling against"
                    + " /proc/mooc/net/drop-probes/reasons on the node: FROM_THE_FUTURE"),
        a().message);
  }

  @Test
  void countsAndReportsNewProbe() {
    applied("a", "u1");
    assertEquals(List.of("a(active) worker-1"), kernel.summary());
    assertEquals(ProbeState.Active, a().state);
    assertEquals(1, a().observedGeneration);
    assertEquals(0, a().refused);
    assertEquals(1, node.api.last().activeProbes);
    assertEquals(ModuleState.Loaded, node.api.last().module.state);
    assertEquals("node-uid-1", node.api.last().nodeUID);
    assertEquals("boot-1", node.api.last().kernel.bootID);

    kernel.drop("NO_SOCKET", 7);
    kernel.drop("QUEUE_PURGE@sk_stream_kill_queues", 5);
    node.report();

    assertEquals(7, a().refused);
    assertEquals(5, a().noise);
    assertEquals(0, a().lost);
    assertEquals(0, a().bytes, "only of lost packets");
    assertNull(a().lastLoss);
    assertNull(a().undecided, "no namespaces are matched");
    assertEquals(2, a().causes.size());
    assertEquals("NO_SOCKET", a().causes.get(0).cause);
    assertEquals(Effect.Refused, a().causes.get(0).effect);
    assertEquals(DropClass.ClosedPort, a().causes.get(0).dropClass);
    assertEquals(Direction.In, a().causes.get(0).direction);
    assertEquals("at_no_socket", a().causes.get(0).location);
    assertEquals(7, a().causes.get(0).packets);
    assertEquals(Effect.Noise, a().causes.get(1).effect);
    assertEquals("at_no_socket", a().locations.get(0).location);
    assertEquals(1, a().locations.size());
  }

  @Test
  void reportsLossWithItsBytesAndTime() {
    applied("a", "u1");
    kernel.drop("SOCKET_RCVBUFF", 3);
    node.report();
    assertEquals(3, a().lost);
    assertEquals(3, a().segments);
    assertEquals(300, a().bytes);
    assertNotNull(a().lastLoss);
    assertEquals(Effect.Lost, a().causes.get(0).effect);
    assertTrue(Double.parseDouble(a().lostPerSecond) > 0, a().lostPerSecond);
    assertEquals("0", a().refusedPerSecond);
    assertEquals(3, node.counts("a").counters().lost());
  }

  @Test
  void firstPassAfterChangeActsOnKernel() {
    applied("a", "u1");
    node.api.probes.set(
        0, TestProbe.changed(node.api.probes.get(0), p -> p.getSpec().active = false));
    node.pass();
    assertEquals(List.of("a(inactive) worker-1"), kernel.summary());
  }

  @Test
  void inactiveProbeKeepsCountsAndResumes() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.change("a", p -> p.getSpec().active = false);
    kernel.drop("NO_SOCKET", 100);
    node.report();
    assertEquals(ProbeState.Inactive, a().state);
    assertEquals(7, a().refused);

    node.change("a", p -> p.getSpec().active = true);
    kernel.drop("NO_SOCKET", 2);
    node.report();
    assertEquals(9, a().refused);
    assertEquals(0, a().base.refused);
  }

  @Test
  void changedMatchStartsAtZeroInNewEpoch() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    String epoch = a().epoch;
    String series = a().series;

    node.change("a", p -> p.getSpec().match = TestProbe.ports(443));

    assertEquals("{ports=443}", kernel.filter("a"));
    assertEquals(0, a().refused);
    assertEquals(0, a().base.refused);
    assertNotEquals(epoch, a().epoch);
    assertNotEquals(series, a().series);
    assertEquals(2, a().observedGeneration);
  }

  /** This node has missed what was between, or the operator would not count a return. */
  @Test
  void returnToEarlierMatchStartsAtZero() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 5);
    node.report();
    assertEquals(5, a().refused);
    String series = a().series;
    node.change("a", p -> p.getStatus().returns = 1);
    assertNotEquals(series, a().series);
    assertEquals(0, a().refused);
    kernel.drop("NO_SOCKET", 2);
    node.report();
    assertEquals(2, a().refused);
  }

  @Test
  void changedResetAtStartsAtZero() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.change("a", p -> p.getSpec().resetAt = "2026-01-01T00:00:00Z");
    node.report();
    assertEquals(0, a().refused);
  }

  @Test
  void newOptionsForSameSeriesKeepCounts() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.change("a", p -> p.getSpec().stages = Stages.Enabled);
    kernel.drop("NO_SOCKET", 1);
    node.report();
    assertEquals("{stages=on}", kernel.filter("a"));
    assertEquals(8, a().refused);
    assertEquals(7, a().base.refused);
    assertEquals(8, a().causes.get(0).packets);
  }

  @Test
  void countsStagesAndReportsThoseWithoutHook() {
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
  void recreatedDropProbeStartsAtZero() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    node.api.probes.set(0, TestProbe.probe("a", "u2"));
    node.pass();
    node.settle();
    assertEquals("u2", a().uid);
    assertEquals(0, a().refused);
  }

  @Test
  void countsSeveralProbesIndependently() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    applied("b", "u2");
    kernel.drop("NO_SOCKET", 1);
    node.report();
    assertEquals(8, a().refused);
    assertEquals(1, node.reported("b").refused);
    node.change("b", p -> p.getSpec().active = false);
    assertEquals(List.of("a(active) worker-1", "b(inactive) worker-1"), kernel.summary());
  }

  @Test
  void kernelWithoutReasonsIsNamedInCondition() {
    kernel.namesReasons = false;
    applied("a", "u1");
    kernel.drop("-", 3);
    node.report();
    assertEquals(3, a().unclear);
    assertEquals("NOT_SPECIFIED", a().causes.get(0).cause);
    assertEquals(3, a().locations.get(0).packets);
    assertTrue(node.api.last().conditions.get(3).getMessage().contains("no drop reasons"));
  }
}
