// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.operator.testing.Reports;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
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
            .addToAnnotations("dropprobe.io/retry-module", "ABC")
            .addToAnnotations("csi.volume.kubernetes.io/nodeid", "a long text")
            .withCreationTimestamp("2026-01-01T12:00:00Z")
            .endMetadata()
            .withNewSpec()
            .withUnschedulable(true)
            .endSpec()
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
    assertEquals("ABC", ClusterNode.of(complete).facts().retryModule());
    assertTrue(ClusterNode.of(complete).cordoned());
    assertEquals("6.12.0", ClusterNode.of(complete).kernelVersion());
    Node pruned = ClusterCache.prune(complete);
    assertEquals(ClusterNode.of(complete), ClusterNode.of(pruned));
    assertEquals(1, pruned.getMetadata().getAnnotations().size(), "others may be long");
  }

  @Test
  void nodeThatIsCordonedDrainedOrShortOfSomethingIsNotSchedulable() {
    Node fine = node("uid");
    assertTrue(ClusterNode.of(fine).isSchedulable());
    assertFalse(
        ClusterNode.of(
                new NodeBuilder(fine).withNewSpec().withUnschedulable(true).endSpec().build())
            .isSchedulable());
    for (String key :
        List.of("node.kubernetes.io/disk-pressure", "ToBeDeletedByClusterAutoscaler")) {
      assertFalse(ClusterNode.of(tainted(fine, key)).isSchedulable(), key);
    }
    assertTrue(ClusterNode.of(tainted(fine, "gpu")).isSchedulable());
  }

  private static Node tainted(Node node, String key) {
    return new NodeBuilder(node)
        .withNewSpec()
        .addNewTaint()
        .withKey(key)
        .withEffect("NoSchedule")
        .endTaint()
        .endSpec()
        .build();
  }

  private static Node node(String uid) {
    return uid.isEmpty()
        ? null
        : new NodeBuilder().withNewMetadata().withName("a").withUid(uid).endMetadata().build();
  }
}
