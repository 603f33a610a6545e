// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.e2e;

import static io.dropprobe.e2e.Cluster.NODES;
import static io.dropprobe.e2e.Probes.PROBE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Restarts of the agent and of the operator. */
@OnCluster
class RestartIT {
  @Test
  void countsOnWhenAgentIsKilled() {
    Probes.createAndAwaitReady(PROBE);
    var node = NODES.get(0);
    Probes.dropAndAwait(node, 100, 100);
    var epoch = Probes.report(PROBE, node).epoch;
    var restarts = Cluster.agentRestarts(node);

    Cluster.killAgent(node);
    Cluster.dropUdp(node, 70);

    Await.until("the agent has restarted", () -> Cluster.agentRestarts(node), n -> n > restarts);
    Probes.awaitNoSocket(PROBE, node, 170);
    assertEquals(epoch, Probes.report(PROBE, node).epoch, "the epoch in the kernel continues");
    assertLeaseIsRenewed(node);
  }

  @Tag("long")
  @Test
  void newOperatorTakesOver() {
    Probes.createAndAwaitReady(PROBE);
    Cluster.dropUdp(NODES.get(0), 12);
    Cluster.restart("deployment/dropprobe-operator");
    Cluster.dropUdp(NODES.get(0), 13);
    Cluster.awaitRollout(Cluster.NAMESPACE, "deployment/dropprobe-operator");
    Await.until(
        "the new operator has summed the counts",
        () -> Probes.get(PROBE).getStatus().packets.refused,
        packets -> packets == 25);
    // The same Event occurs again, so its count increases.
    for (var active : List.of(false, true, false, true)) {
      Probes.patch(PROBE, "{\"spec\":{\"active\":%s}}".formatted(active));
      Probes.awaitReady(PROBE);
    }
    Await.until(
        "an Event with a count of three",
        () ->
            Cluster.API.v1().events().inNamespace("default").list().getItems().stream()
                .filter(e -> e.getInvolvedObject().getName().equals(PROBE))
                .filter(e -> e.getReason().equals("Counting"))
                .mapToInt(e -> e.getCount() == null ? 1 : e.getCount())
                .max()
                .orElse(0),
        n -> n >= 3);
  }

  /** Restarts the operator at the same time, as an update does. */
  @Test
  void rolloutLosesNoCounts() {
    Probes.createAndAwaitReady(PROBE);
    var before = NODES.stream().map(n -> Cluster.agent(n).getMetadata().getUid()).toList();
    NODES.forEach(Cluster::startDrops);
    List<Integer> sent;
    try {
      Cluster.restart("daemonset/dropprobe-agent");
      Cluster.restart("deployment/dropprobe-operator");
      for (int i = 0; i < NODES.size(); i++) {
        Cluster.awaitAgent(NODES.get(i), before.get(i));
      }
    } finally {
      sent = NODES.stream().map(Cluster::stopDrops).toList(); // otherwise the next test counts them
    }
    for (int i = 0; i < NODES.size(); i++) {
      assertTrue(sent.get(i) > 0, "nothing was sent");
      Probes.awaitNoSocket(PROBE, NODES.get(i), sent.get(i));
    }
    Cluster.awaitRollout(Cluster.NAMESPACE, "deployment/dropprobe-operator");
  }

  /** The seconds until the lease expires increase again, so the agent renews it. */
  private static void assertLeaseIsRenewed(String node) {
    var now = lease(node);
    Await.until(
        "the lease is renewed",
        () -> {
          var before = lease(node);
          try {
            Thread.sleep(1000);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return lease(node) > before;
        },
        renewed -> renewed);
    assertTrue(now > 0, "the lease had expired");
  }

  private static int lease(String node) {
    return Integer.parseInt(
        Cluster.ssh(node, "grep -o 'lease=[0-9]*' /proc/mooc/net/drop-probes/probes/" + PROBE)
            .substring(6));
  }
}
