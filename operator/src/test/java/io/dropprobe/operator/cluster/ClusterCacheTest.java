// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.operator.testing.Reports;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterCacheTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  /** The report is about the Node with uid "new"; an empty uid means that no Node exists. */
  @ParameterizedTest(name = "cached {0}, live {1}")
  @CsvSource({
    "new, new, false",
    "old, new, false", // the watch of Nodes lags behind the watch of reports
    "'', new, false", // the list of Nodes is being read again
    "old, old, true",
    "old, '', true",
    "'', '', true",
  })
  void nodeIsDeletedOnlyIfTheApiServerConfirmsIt(String cached, String live, boolean deleted) {
    DropProbeNode report = Reports.report("a", Instant.EPOCH);
    report.getStatus().nodeUID = "new";
    assertEquals(deleted, ClusterCache.isDeleted(report, node(cached), () -> node(live)));
  }

  @ParameterizedTest
  @CsvSource({"True, true", "False, false", "Unknown, false"})
  void keepsWhatDecisionsAreMadeFrom(String status, boolean ready) {
    Node complete =
        new NodeBuilder(node("uid"))
            .editMetadata()
            .addToLabels("kubernetes.io/os", "linux")
            .withCreationTimestamp("2026-01-01T12:00:00Z")
            .endMetadata()
            .withNewStatus()
            .addNewCondition()
            .withType("MemoryPressure")
            .withStatus("True")
            .endCondition()
            .addNewCondition()
            .withType("Ready")
            .withStatus(status)
            .endCondition()
            .withNewNodeInfo()
            .withBootID("boot")
            .withArchitecture("arm64")
            .withKernelVersion("6.12.0")
            .endNodeInfo()
            .endStatus()
            .build();
    assertEquals(ready, ClusterNode.of(complete).ready());
    assertEquals(NOON, ClusterNode.of(complete).created());
    assertEquals(ClusterNode.of(complete), ClusterNode.of(ClusterCache.prune(complete)));
  }

  private static Node node(String uid) {
    return uid.isEmpty()
        ? null
        : new NodeBuilder().withNewMetadata().withName("a").withUid(uid).endMetadata().build();
  }
}
