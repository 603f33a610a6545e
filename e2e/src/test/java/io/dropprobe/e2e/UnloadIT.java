// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.e2e;

import static io.dropprobe.e2e.Cluster.NODES;
import static io.dropprobe.e2e.Probes.NO_SOCKET;
import static io.dropprobe.e2e.Probes.PROBE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Nodes that no probe selects any more. These tests end the agents, so they run last. */
@OnCluster
class UnloadIT {
  @Test
  void nodeThatChangedSelectorDeselectsUnloads() {
    RunningAgents.replaceByTheTestsProbe();
    Probes.patch(
        PROBE,
        "{\"spec\":{\"nodeSelector\":{\"kubernetes.io/hostname\":\"%s\"}}}"
            .formatted(NODES.get(0)));
    Await.until(
        NODES.get(1) + " has unloaded the module",
        () -> Cluster.moduleLoaded(NODES.get(1)),
        loaded -> !loaded);
    Probes.awaitReady(PROBE);
    assertTrue(Cluster.activated(NODES.get(0)), "the selected node still counts");
    Await.until(
        "the deselected node has no agent",
        () -> Cluster.agent(NODES.get(1)) == null,
        deleted -> deleted);
  }

  @Test
  void nodeReportsHangingUnloadAndCountsAfterwards() {
    RunningAgents.replaceByTheTestsProbe();
    var node = NODES.get(0);
    var agent = Cluster.agent(node).getMetadata().getUid();
    var restarts = Cluster.agentRestarts(node);
    var holder = Holder.on(node);
    try {
      Probes.deleteAndWait(PROBE);
      var stuck =
          Await.until(
              node + " reports ModuleStuck",
              () -> Probes.nodeCondition(node, "ModuleLoaded"),
              c -> c.isPresent() && c.get().getReason().equals("ModuleStuck"));
      var message = stuck.get().getMessage();
      assertTrue(message.startsWith("delete_module has not returned since "), message);

      Probes.create(PROBE);
      Await.until(
          "the new probe fails on " + node,
          () -> Probes.report(PROBE, node),
          r -> r != null && "ModuleStuck".equals(r.reason));
      Probes.awaitNoSocket(PROBE, NODES.get(1), 0);
      assertEquals(
          null, Probes.report(PROBE, node).refused, "counts that can't be read are absent");
      assertEquals(agent, Cluster.awaitAgent(node, null).getMetadata().getUid());
      assertEquals(restarts, Cluster.agentRestarts(node), "restarts of the agent");
    } finally {
      holder.release();
    }
    Await.until(node + " counts", () -> Probes.count(PROBE, node, NO_SOCKET), n -> n == 0);
    Probes.dropAndAwait(node, 7, 7);
  }

  @Test
  void removesProbeThatWasDeletedWhileAgentWasDown() {
    RunningAgents.replaceByTheTestsProbe();
    var node = NODES.get(0);
    Cluster.ssh(node, "systemctl stop kubelet");
    try {
      Cluster.killAgent(node);
      Probes.delete(PROBE);
      Await.until(
          "the other node has unloaded",
          () -> Cluster.moduleLoaded(NODES.get(1)),
          loaded -> !loaded);
      assertTrue(Cluster.moduleLoaded(node), "no agent runs that could unload it");
      assertNotNull(Probes.get(PROBE), "the finalizer keeps it until that node has unloaded");
    } finally {
      Cluster.ssh(node, "systemctl start kubelet");
    }
    Await.until("the probe is deleted", () -> Probes.get(PROBE) == null, deleted -> deleted);
    Await.until(
        node + " has unloaded the module", () -> Cluster.moduleLoaded(node), loaded -> !loaded);
  }

  /** The wrong order: no operator is left to remove the finalizer. */
  @Tag("long")
  @Test
  void reinstallingFinishesDeletionAfterNamespaceWasDeletedFirst() {
    RunningAgents.replaceByTheTestsProbe();
    Cluster.kubectl("delete", "namespace", Cluster.NAMESPACE, "--timeout=600s");
    for (var node : NODES) {
      Await.until(
          node + " has unloaded the module", () -> Cluster.moduleLoaded(node), loaded -> !loaded);
    }
    Probes.delete(PROBE);
    assertNotNull(Probes.get(PROBE), "its finalizer is left");

    RunningAgents.install();
    Await.until("the probe is deleted", () -> Probes.get(PROBE) == null, deleted -> deleted);
  }
}
