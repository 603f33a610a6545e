// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.operator.cluster.ClusterNode;
import io.dropprobe.operator.cluster.Snapshot;
import io.dropprobe.operator.testing.Reports;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MaxUnavailableTest {
  private final Map<String, ClusterNode> nodes = new HashMap<>();
  private final Map<String, DropProbeNode> reports = new HashMap<>();

  @ParameterizedTest(name = "{0} nodes, {1} of them NotReady: {2}")
  @CsvSource({
    "10, 0, 10%",
    "1, 1, 1",
    "2, 1, 2",
    "10, 1, 2",
    "11, 1, 3",
    "10, 4, 5",
    "10, 10, 10",
    "5000, 0, 10%",
    "5000, 2, 502"
  })
  void duringARolloutDeadNodesComeOnTopOfATenth(int all, int notReady, String expected) {
    withAgent(all, notReady);
    assertBound(expected, daemonSet(all, 0));
    assertBound(expected, daemonSet(all, all - 1));
  }

  @Test
  void withoutARolloutItIsATenthWhateverTheNodesDo() {
    withAgent(10, 3);
    assertBound("10%", null);
    assertBound("10%", new DaemonSetBuilder().build());
    assertBound("10%", new DaemonSetBuilder().withNewStatus().endStatus().build());
    assertBound("10%", daemonSet(10, 10));
    // The nodes of the last pods have been deleted.
    assertBound("10%", daemonSet(9, 10));
  }

  @Test
  void nodesWithoutAnAgentDoNotRaiseIt() {
    withAgent(500, 1);
    for (int i = 0; i < 4500; i++) {
      // Tainted, so the agents' pods do not tolerate it; or its agent has never run.
      nodes.put("tainted" + i, node("tainted" + i, "a", i > 100, "NoSchedule"));
    }
    nodes.put("other", node("other", "b", false, null));
    reports.put("other", Reports.report("other", Instant.EPOCH));
    nodes.put("evicted", node("evicted", "a", false, "NoExecute"));
    reports.put("evicted", Reports.report("evicted", Instant.EPOCH));
    assertBound("51", daemonSet(500, 200));
  }

  private void withAgent(int all, int notReady) {
    for (int i = 0; i < all; i++) {
      String name = "n" + i;
      nodes.put(name, node(name, "a", i >= notReady, null));
      reports.put(name, Reports.report(name, Instant.EPOCH));
    }
  }

  private void assertBound(String expected, DaemonSet actual) {
    DropProbe probe = new DropProbe();
    probe.getSpec().nodeSelector = Map.of("zone", "a");
    Snapshot cluster = new Snapshot(nodes, reports, Map.of("p", probe));
    AgentPlacement placement = AgentPlacement.of(cluster, List.of());
    Object bound = MaxUnavailable.of(cluster, placement, Optional.ofNullable(actual)).getValue();
    assertEquals(expected, bound.toString());
  }

  private static DaemonSet daemonSet(int desired, int updated) {
    return new DaemonSetBuilder()
        .withNewStatus()
        .withDesiredNumberScheduled(desired)
        .withUpdatedNumberScheduled(updated)
        .endStatus()
        .build();
  }

  private static ClusterNode node(String name, String zone, boolean ready, String taint) {
    var node =
        new NodeBuilder()
            .withNewMetadata()
            .withName(name)
            .withLabels(Map.of("kubernetes.io/os", "linux", "zone", zone))
            .endMetadata()
            .withNewSpec()
            .endSpec()
            .withNewStatus()
            .addNewCondition()
            .withType("Ready")
            .withStatus(ready ? "True" : "Unknown")
            .endCondition()
            .withNewNodeInfo()
            .withKernelVersion("6.12.0")
            .endNodeInfo()
            .endStatus();
    if (taint != null) {
      node.editSpec().addNewTaint().withKey("gpu").withEffect(taint).endTaint().endSpec();
    }
    return ClusterNode.of(node.build());
  }
}
