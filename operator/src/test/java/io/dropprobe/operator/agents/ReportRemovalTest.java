// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.api.rules.NodeFacts;
import io.dropprobe.api.rules.Series;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.Predecessor;
import io.dropprobe.api.v1alpha1.ProbeToleration;
import io.dropprobe.api.v1alpha1.Retired;
import io.dropprobe.operator.cluster.ClusterNode;
import io.dropprobe.operator.cluster.Snapshot;
import io.dropprobe.operator.testing.Reports;
import io.fabric8.kubernetes.api.model.Taint;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReportRemovalTest {
  private final DropProbe probe = new DropProbe();
  private final DropProbeNode report = Reports.report("a", Instant.parse("2026-01-01T12:00:00Z"));
  private final Map<String, DropProbe> probes = new HashMap<>(Map.of("p", probe));
  private List<Taint> taints = List.of();
  private boolean deleted = true;
  private Set<String> kept = Set.of();

  @BeforeEach
  void reportOfANodeThatCounted() {
    probe.getMetadata().setName("p");
    probe.getMetadata().setUid("u");
    probe.setStatus(new DropProbeStatus());
    report.getStatus().probes.add(Reports.entry("p", "u", e -> e.lost = 5L));
  }

  @Test
  void removesReportOfADeletedNodeOnceItIsFolded() {
    assertKept();
    probe.getStatus().retired = new Retired();
    probe.getStatus().retired.folded = List.of("another");
    assertKept();
    probe.getStatus().retired.folded = List.of("another", "report-a");
    assertRemoved();
  }

  @Test
  void keepsReportThatANewNodeWritesIntoAfterFolding() {
    report.getStatus().nodeUID = "node-a";
    probe.getStatus().retired = new Retired();
    probe.getStatus().retired.folded = List.of("report-a", "another/node-a");
    assertKept();
    probe.getStatus().retired.folded = List.of("report-a/node-a");
    assertRemoved();
  }

  @Test
  void keepsReportUntilTheEarlierNodesInItAreFolded() {
    report.getStatus().nodeUID = "second";
    Predecessor earlier = new Predecessor();
    earlier.nodeUID = "first";
    earlier.probes = report.getStatus().probes;
    report.getStatus().predecessors = List.of(earlier);
    probe.getStatus().retired = new Retired();
    probe.getStatus().retired.folded = List.of("report-a/second");
    assertKept();
    probe.getStatus().retired.folded = List.of("report-a/second", "report-a/first");
    assertRemoved();
  }

  @Test
  void doesNotWaitForCountsOfAnotherSeries() {
    report.getStatus().probes.get(0).series = "old";
    assertRemoved();
    report.getStatus().probes.get(0).series = Series.of(probe);
    assertKept();
  }

  @Test
  void doesNotWaitForAProbeThatIsBeingDeleted() {
    probe.getMetadata().setDeletionTimestamp("2026-01-01T12:00:00Z");
    assertRemoved();
  }

  @Test
  void keepsReportWhereAnAgentRunsOrMustCleanUp() {
    deleted = false;
    assertKept();
    probe.getSpec().nodeSelector = Map.of("zone", "none");
    assertKept();
    report.getStatus().probes.clear();
    assertKept();
    report.getStatus().module.state = ModuleState.Absent;
    // Its term stays in the pod template until other nodes are clean, too.
    kept = Set.of("a");
    assertKept();
    kept = Set.of();
    assertRemoved();
  }

  @Test
  void keepsReportWithCountsWhereNoAgentRuns() {
    deleted = false;
    probe.getSpec().nodeSelector = Map.of("zone", "none");
    report.getStatus().module.state = ModuleState.Absent;
    assertKept();
    probe.getMetadata().setUid("another");
    assertRemoved();
  }

  @Test
  void keepsReportWhereAnAgentRunsThoughNoProbeSelectsTheNode() {
    deleted = false;
    taints = List.of(new Taint("NoExecute", "gpu", null, null));
    report.getStatus().probes.clear();
    report.getStatus().module.state = ModuleState.Absent;
    assertRemoved();
    // One probe matches the labels, another tolerates the taint: the DaemonSet has the union.
    DropProbe other = new DropProbe();
    other.getMetadata().setName("other");
    other.getMetadata().setUid("v");
    other.getSpec().nodeSelector = Map.of("zone", "none");
    ProbeToleration gpu = new ProbeToleration();
    gpu.key = "gpu";
    gpu.operator = ProbeToleration.Operator.Exists;
    other.getSpec().tolerations = List.of(gpu);
    probes.put("other", other);
    assertKept();
  }

  @Test
  void keepsReportWhenANoScheduleTaintIsAddedLater() {
    deleted = false;
    taints = List.of(new Taint("NoSchedule", "gpu", null, null));
    report.getStatus().probes.clear();
    report.getStatus().module.state = ModuleState.Absent;
    assertKept();
  }

  @Test
  void keepsReportThatIsNotWrittenYet() {
    deleted = false;
    probe.getSpec().nodeSelector = Map.of("zone", "none");
    report.setStatus(null);
    assertKept();
  }

  private void assertKept() {
    assertEquals(List.of(), removed());
  }

  private void assertRemoved() {
    assertEquals(List.of(report), removed());
  }

  private List<DropProbeNode> removed() {
    ClusterNode node =
        new ClusterNode(
            "a",
            new NodeFacts("uid", Map.of("kubernetes.io/os", "linux"), taints),
            "",
            "",
            true,
            false,
            null,
            null);
    Map<String, ClusterNode> nodes = deleted ? Map.of() : Map.of("a", node);
    return ReportRemoval.of(new Snapshot(nodes, Map.of("a", report), probes), kept, r -> deleted);
  }
}
