// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.e2e;

import static io.dropprobe.e2e.Cluster.NODES;
import static io.dropprobe.e2e.Probes.NO_SOCKET;
import static io.dropprobe.e2e.Probes.PROBE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.v1alpha1.ProbeState;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Nodes that are rebooted, deleted, replaced or tainted. */
@OnCluster
class NodesIT {
  private static final String TAINT = "ToBeDeletedByClusterAutoscaler";

  @Test
  void keepsContributionOfDeletedNodeAndCountsRecreatedNodeFromZero() {
    Probes.createAndAwaitReady(PROBE);
    var node = NODES.get(1);
    Probes.dropAndAwait(node, 60, 60);
    Probes.dropAndAwait(NODES.get(0), 9, 9);

    Cluster.API.nodes().withName(node).delete();
    try {
      Await.until(
          "its contribution is in status.retired, and the sum has the counts of both",
          () -> Probes.get(PROBE).getStatus(),
          s ->
              s.retired != null
                  && s.retired.nodes == 1
                  && s.retired.refused == 60
                  && s.packets.refused == 69);
    } finally {
      // Without its Node, the other tests would miss this one.
      Cluster.ssh(node, "systemctl restart kubelet");
    }
    Await.until(
        "the recreated node counts", () -> Probes.count(PROBE, node, NO_SOCKET), n -> n == 0);
    Cluster.awaitMaker(node);
    Probes.dropAndAwait(node, 4, 4);
    Await.until(
        "the sum has the counts of both",
        () -> Probes.get(PROBE).getStatus().packets.refused,
        packets -> packets == 73);
    assertEquals(1, Probes.get(PROBE).getStatus().retired.nodes, "folded once");
  }

  @Tag("long")
  @Test
  void keepsCountsOfNodeReplacedWhileOperatorIsDown() {
    Probes.createAndAwaitReady(PROBE);
    var node = NODES.get(1);
    Probes.dropAndAwait(node, 60, 60);
    Cluster.scaleOperator(0);
    try {
      Cluster.API.nodes().withName(node).delete();
      Cluster.ssh(node, "systemctl restart kubelet");
      Await.until(
          "the new Node's report carries the counts of the old one",
          () -> Cluster.report(node).getStatus().predecessors,
          p -> p != null && p.get(0).probes.get(0).refused == 60);
    } finally {
      Cluster.scaleOperator(1);
    }
    Cluster.awaitMaker(node);
    Cluster.dropUdp(node, 4);
    Await.until(
        "the sum has the counts of both",
        () -> Probes.get(PROBE).getStatus(),
        s -> s.packets.refused == 64 && s.retired != null && s.retired.refused == 60);
    Await.until(
        "the report carries no counts of another Node",
        () -> Cluster.report(node).getStatus(),
        s -> s.predecessors == null || s.predecessors.isEmpty());
    assertEquals(64, Probes.get(PROBE).getStatus().packets.refused);
  }

  /**
   * An autoscaler sets this taint on a node that it drains. The agent reads its Node each minute.
   */
  @Tag("long")
  @Test
  void noScheduleTaintDoesNotDeselectNode() throws InterruptedException {
    Probes.createAndAwaitReady(PROBE);
    var node = NODES.get(1);
    Probes.dropAndAwait(node, 5, 5);
    Cluster.kubectl("taint", "node", node, TAINT + "=:NoSchedule");
    try {
      Thread.sleep(Duration.ofSeconds(80).toMillis());
      assertTrue(Cluster.activated(node), "the tainted node counts");
      Probes.dropAndAwait(node, 4, 9);
      Probes.awaitReady(PROBE);
      assertEquals(2, Probes.get(PROBE).getStatus().nodes.selected);
    } finally {
      Cluster.kubectl("taint", "node", node, TAINT + "-");
    }
  }

  @Test
  void rebootedNodeCountsOnAndTotalDoesNotDecrease() {
    Probes.createAndAwaitReady(PROBE);
    var node = NODES.get(1);
    Probes.dropAndAwait(node, 40, 40);
    var epoch = Probes.report(PROBE, node).epoch;
    var boot = Cluster.node(node).getStatus().getNodeInfo().getBootID();

    Cluster.reboot(node);

    assertNotEquals(boot, Cluster.node(node).getStatus().getNodeInfo().getBootID(), "boot id");
    Await.until(
        "the node counts in another epoch and keeps its earlier counts",
        () -> Probes.report(PROBE, node),
        r -> {
          if (r.refused != null && Probes.count(PROBE, node, NO_SOCKET) >= 0) {
            assertTrue(Probes.count(PROBE, node, NO_SOCKET) >= 40, "the count has decreased");
          }
          return r.state == ProbeState.Active && !epoch.equals(r.epoch);
        });
    var base = Probes.count(PROBE, node, NO_SOCKET);
    Cluster.awaitMaker(node);
    Probes.dropAndAwait(node, 5, base + 5);
  }
}
