// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.api.rules.NodeFacts;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.operator.accounting.Staleness;
import io.dropprobe.operator.cluster.ClusterNode;
import io.dropprobe.operator.cluster.Snapshot;
import io.dropprobe.operator.testing.Reports;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class DeletionTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private final Map<String, DropProbeNode> reports = new HashMap<>();
  private final Map<String, ClusterNode> nodes = new HashMap<>();

  @Test
  void waitsForEveryNodeThatMayHaveTheProbeInItsKernel() {
    report("a", NOON, "u", p -> p.state = ProbeState.Active);
    report("b", NOON, "u", p -> p.state = ProbeState.OwnedElsewhere);
    report("c", NOON, "u", p -> p.state = ProbeState.Failed);
    report("another-uid", NOON, "v", p -> p.state = ProbeState.Active);
    assertEquals(List.of("a", "b", "c"), deletion().waiting());
  }

  @Test
  void doesNotWaitForNodesWithoutTheProbeInTheirKernel() {
    report("removed", NOON, "u", p -> p.state = ProbeState.Removed);
    report(
        "never-was",
        NOON,
        "u",
        p -> {
          p.state = ProbeState.Failed;
          p.epoch = null;
        });
    assertEquals(new Deletion(List.of(), null, List.of(), List.of()), deletion());
  }

  @Test
  void namesStaleAndDeletedNodesWithoutWaiting() {
    report("stale", NOON.minusSeconds(900), "u", p -> p.state = ProbeState.Active);
    report("fresh", NOON.minusSeconds(899), "u", p -> p.state = ProbeState.Active);
    report("deleted", NOON, "u", p -> p.state = ProbeState.Active);
    assertEquals(
        new Deletion(
            List.of("fresh"), NOON.plusSeconds(1740), List.of("stale"), List.of("deleted")),
        deletion());
  }

  @Test
  void doesNotWaitForNodesThatKubernetesCallsNotReady() {
    report("dead", NOON, "u", p -> p.state = ProbeState.Active);
    report("alive", NOON, "u", p -> p.state = ProbeState.Active);
    node("dead", false);
    node("alive", true);
    assertEquals(List.of("alive"), deletion().waiting());
    assertEquals(List.of("dead"), deletion().unavailable());
  }

  @Test
  void saysForWhichNodesItWaitsAndForHowLong() {
    report("a", NOON, "u", p -> p.state = ProbeState.Active);
    report("b", NOON.minusSeconds(60), "u", p -> p.state = ProbeState.Active);
    assertEquals(
        "waiting for the agents to remove the probe from the kernel of a, b, until"
            + " 2026-01-01T12:29:00Z at the latest",
        deletion().message());
  }

  @Test
  void doesNotWaitForeverForNodesThatGoOnReporting() {
    report("a", NOON, "u", p -> p.state = ProbeState.Active);
    reports.get("a").getStatus().reportedAt = NOON.plusSeconds(1740).toString();
    assertEquals(List.of("a"), deletion(NOON.plusSeconds(1739)).waiting());
    assertEquals(List.of("a"), deletion(NOON.plusSeconds(1740)).unavailable());
  }

  @Test
  void shortensLongListsOfNames() {
    assertEquals("a, b", NameList.shorten(List.of("a", "b")));
    assertEquals(
        "a, b, c, d, e and 2 more", NameList.shorten(List.of("a", "b", "c", "d", "e", "f", "g")));
  }

  private Deletion deletion() {
    return deletion(NOON);
  }

  /** It was deleted at one minute before noon. */
  private Deletion deletion(Instant now) {
    DropProbe probe = new DropProbe();
    probe.getMetadata().setUid("u");
    probe.getMetadata().setDeletionTimestamp("2026-01-01T11:59:00Z");
    return Deletion.of(
        probe,
        new Snapshot(nodes, reports, Map.of()),
        new Staleness(Reports.agesAt(now), Duration.ofMinutes(15)),
        r -> r.getMetadata().getName().equals("deleted"),
        now);
  }

  private void node(String name, boolean ready) {
    nodes.put(
        name,
        new ClusterNode(
            name, new NodeFacts("uid", Map.of(), List.of()), "boot", "", ready, false, null, null));
  }

  private void report(String node, Instant at, String uid, Consumer<ProbeReport> rest) {
    DropProbeNode r = Reports.report(node, at);
    r.getStatus().probes.add(Reports.entry("probe", uid, rest));
    reports.put(node, r);
  }
}
