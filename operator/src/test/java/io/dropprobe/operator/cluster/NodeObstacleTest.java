// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dropprobe.api.v1alpha1.DropProbe;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeObstacleTest {
  @ParameterizedTest(name = "{0}={1}: {2}")
  @CsvSource({
    "kubernetes.io/arch, arm64, ArchitectureNotSupported",
    "kubernetes.io/arch, amd64, ",
    "type, virtual-kubelet, VirtualNode",
    "type, kwok, VirtualNode",
    "type, worker, ",
    "eks.amazonaws.com/compute-type, fargate, VirtualNode",
    "eks.amazonaws.com/compute-type, ec2, ",
  })
  void labelsTell(String key, String value, String reason) {
    assertReason(reason, node(Map.of(key, value), "amd64", "6.12.0", "True"));
  }

  @ParameterizedTest(name = "architecture {0}, kernel {1}, Ready {2}: {3}")
  @CsvSource({
    "arm64, 6.12.0, True, ArchitectureNotSupported",
    "amd64, '', True, VirtualNode",
    "'', '', True, VirtualNode",
    "'', '', False, ", // its kubelet has not written it yet
    "'', 6.12.0, True, ",
  })
  void statusTells(String architecture, String kernel, String ready, String reason) {
    Node node = node(Map.of(), architecture, kernel, ready);
    assertReason(reason, node);
    assertEquals(ClusterNode.of(node), ClusterNode.of(ClusterCache.prune(node)));
  }

  @Test
  void namesTheArchitectureAndTheNextStep() {
    assertEquals(
        "the node is arm64, and the images are for amd64 only; to leave it out, add"
            + " kubernetes.io/arch: amd64 to spec.nodeSelector",
        ClusterNode.of(node(Map.of(), "arm64", "6.12.0", "True")).obstacle().message());
  }

  @Test
  void nodesWithoutAnAgentWriteNoReports() {
    DropProbe all = new DropProbe();
    Map<String, String> linux = Map.of("kubernetes.io/os", "linux");
    ClusterNode works = ClusterNode.of(node(linux, "amd64", "6.12.0", "True"));
    ClusterNode other = ClusterNode.of(node(linux, "arm64", "6.12.0", "True"));
    Snapshot cluster =
        new Snapshot(Map.of("works", works, "other", other), Map.of(), Map.of("p", all));
    assertEquals(2, cluster.selectedBy(all).size());
    assertEquals(1, cluster.agents());
  }

  private static void assertReason(String expected, Node node) {
    NodeObstacle obstacle = ClusterNode.of(node).obstacle();
    if (expected == null) {
      assertNull(obstacle);
    } else {
      assertNotNull(obstacle);
      assertEquals(expected, obstacle.reason());
    }
  }

  private static Node node(
      Map<String, String> labels, String architecture, String kernel, String ready) {
    return new NodeBuilder()
        .withNewMetadata()
        .withName("n")
        .withLabels(labels)
        .endMetadata()
        .withNewStatus()
        .addNewCondition()
        .withType("Ready")
        .withStatus(ready)
        .endCondition()
        .withNewNodeInfo()
        .withArchitecture(architecture)
        .withKernelVersion(kernel)
        .endNodeInfo()
        .endStatus()
        .build();
  }
}
