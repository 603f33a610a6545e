// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.e2e;

import static io.dropprobe.e2e.Cluster.NODES;
import static io.dropprobe.e2e.Probes.PROBE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.v1alpha1.DropProbeStatus;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What happens to nodes, their clocks and their connections, while packets are dropped: the totals
 * are exact, and everything heals by itself. Agents that are killed are in {@link RestartIT};
 * reboots, and Nodes that are deleted, in {@link NodesIT}; a forged report in the operator's tests.
 */
@OnCluster
class DisturbancesIT {
  private static final int HOUR = 3600;

  /**
   * The clock goes an hour forward and back, so that the node's certificates are valid all the
   * time.
   */
  @Test
  void clockThatJumpsAnHourChangesNothing() {
    Probes.create(PROBE);
    Probes.patch(PROBE, "{\"spec\":{\"duration\":\"30m\"}}");
    Probes.awaitReady(PROBE);
    var node = NODES.get(1);
    Probes.dropAndAwait(node, 10, 10);
    Cluster.stepClock(node, HOUR);
    try {
      Probes.dropAndAwait(node, 7, 17);
      Await.until("the status has problem ClockSkew", () -> hasProblem("ClockSkew"), is -> is);
      assertEquals("True", Probes.condition(PROBE, "Ready").orElseThrow().getStatus());
      assertEquals("False", Probes.condition(PROBE, "Expired").orElseThrow().getStatus());
      assertTrue(Cluster.activated(node), "its duration is measured by the API server's clock");
    } finally {
      Cluster.stepClock(node, -HOUR);
    }
    Probes.dropAndAwait(node, 5, 22);
    Await.until("the problem has disappeared", () -> hasProblem("ClockSkew"), is -> !is);
    awaitRefused(22);
  }

  @Test
  void drainedNodeCountsOn() {
    Probes.createAndAwaitReady(PROBE);
    var node = NODES.get(1);
    Probes.dropAndAwait(node, 10, 10);
    try {
      Cluster.kubectl(
          "drain",
          node,
          "--ignore-daemonsets",
          "--delete-emptydir-data",
          "--force",
          "--timeout=300s");
      Probes.dropAndAwait(node, 6, 16);
      assertTrue(Cluster.activated(node));
    } finally {
      Cluster.kubectl("uncordon", node);
    }
    Cluster.awaitRollout(Cluster.NAMESPACE, "deployment/dropprobe-operator");
    Probes.dropAndAwait(node, 3, 19);
    awaitRefused(19);
  }

  /** Its connections stay open: the watches of all clients are dead, and look alive. */
  @Tag("long")
  @Test
  void apiServerThatIsAwayForTwoMinutesCostsNoCountAndNoRestart() throws InterruptedException {
    Probes.createAndAwaitReady(PROBE);
    var restarts = NODES.stream().map(Cluster::agentRestarts).toList();
    int ofOperator = Cluster.operatorRestarts();
    NODES.forEach(Cluster::startDrops);
    Cluster.freeze();
    try {
      Thread.sleep(Duration.ofSeconds(120).toMillis());
    } finally {
      Cluster.thaw();
    }
    var sent = NODES.stream().map(Cluster::stopDrops).toList();
    for (int i = 0; i < NODES.size(); i++) {
      Probes.awaitNoSocket(PROBE, NODES.get(i), sent.get(i));
    }
    awaitRefused(sent.stream().mapToInt(n -> n).sum());
    Probes.patch(PROBE, "{\"spec\":{\"active\":false}}");
    for (var node : NODES) {
      Await.until(node + " stops", () -> Cluster.activated(node), active -> !active);
    }
    assertEquals(restarts, NODES.stream().map(Cluster::agentRestarts).toList(), "agents");
    assertEquals(ofOperator, Cluster.operatorRestarts(), "operator");
  }

  /** The node's packets to the API server are dropped, on the connections that exist. */
  @Tag("long")
  @Test
  void agentNoticesThatItsWatchIsDead() {
    Probes.createAndAwaitReady(PROBE);
    var node = NODES.get(0);
    Probes.dropAndAwait(node, 10, 10);
    Cluster.ssh(
        node,
        "ports=$(ss -Htnp state established | grep '\"java\"' | awk '$4 ~ /:(443|6443)$/'"
            + " | awk '{print $3}' | sed 's/.*://'); test -n \"$ports\";"
            + " nft add table inet frozen;"
            + " nft 'add chain inet frozen out { type filter hook output priority 0; }';"
            + " for port in $ports; do nft add rule inet frozen out tcp sport $port drop; done");
    try {
      Probes.patch(PROBE, "{\"spec\":{\"active\":false}}");
      var begun = System.nanoTime();
      Await.until(node + " stops", () -> Cluster.activated(node), active -> !active);
      var took = Duration.ofNanos(System.nanoTime() - begun);
      assertTrue(took.compareTo(Duration.ofMinutes(2)) < 0, "noticed after " + took);
    } finally {
      Cluster.ssh(node, "nft delete table inet frozen");
    }
    assertEquals(10, Probes.report(PROBE, node).refused);
  }

  @Tag("long")
  @Test
  void fullDiskIsReportedAndCostsNoCount() {
    Probes.createAndAwaitReady(PROBE);
    var node = NODES.get(1);
    Probes.dropAndAwait(node, 10, 10);
    // A small disk of its own, since a full one would make the kubelet evict pods.
    Cluster.ssh(
        node,
        "mkdir /tmp/state && cp -a /var/lib/dropprobe/. /tmp/state &&"
            + " mount -t tmpfs -o size=4m tmpfs /var/lib/dropprobe &&"
            + " cp -a /tmp/state/. /var/lib/dropprobe && rm -r /tmp/state");
    try {
      replaceAgent(node);
      Cluster.ssh(node, "dd if=/dev/zero of=/var/lib/dropprobe/full bs=4k 2>/dev/null || true");
      Cluster.dropUdp(node, 7);
      Await.until(
          "the status has problem JournalNotSaved", () -> hasProblem("JournalNotSaved"), is -> is);
      Probes.awaitNoSocket(PROBE, node, 17);
      Cluster.ssh(node, "rm /var/lib/dropprobe/full");
      Probes.dropAndAwait(node, 3, 20);
      Await.until("the problem has disappeared", () -> hasProblem("JournalNotSaved"), is -> !is);
    } finally {
      Cluster.ssh(node, "umount -l /var/lib/dropprobe");
      replaceAgent(node);
    }
    Probes.dropAndAwait(node, 2, 22);
    awaitRefused(22);
  }

  /** The compiled module waits beside the full disk until there is space. */
  @Tag("long")
  @Test
  void fullDiskDelaysTheModuleAndIsReported() {
    RunningAgents.replaceByTheTestsProbe();
    var node = NODES.get(1);
    Probes.deleteAndWait(PROBE);
    Await.until("no module is loaded", () -> Cluster.moduleLoaded(node), loaded -> !loaded);
    Cluster.ssh(node, "mount -t tmpfs -o size=64k tmpfs /var/lib/dropprobe");
    try {
      Probes.create(PROBE);
      Await.until("the status has problem NoSpace", () -> hasProblem("NoSpace"), is -> is);
      Probes.awaitNoSocket(PROBE, NODES.get(0), 0);
      Cluster.ssh(node, "mount -o remount,size=16m /var/lib/dropprobe");
      Await.until("both nodes count", () -> status().nodes.active, n -> n == 2);
      assertEquals(List.of(), status().problems);
      Probes.dropAndAwait(node, 8, 8);
    } finally {
      Cluster.ssh(node, "umount -l /var/lib/dropprobe");
    }
    replaceAgent(node);
    Probes.dropAndAwait(node, 2, 10);
  }

  private static void replaceAgent(String node) {
    var agent = Cluster.agent(node).getMetadata();
    Cluster.kubectl("-n", Cluster.NAMESPACE, "delete", "pod", agent.getName(), "--wait=false");
    Cluster.awaitAgent(node, agent.getUid());
  }

  /** The build's request outlives the container; there is no module to fall back on. */
  @Tag("long")
  @Test
  void builderThatIsKilledBuildsAgain() {
    RunningAgents.replaceByTheTestsProbe();
    var node = NODES.get(1);
    Probes.deleteAndWait(PROBE);
    Await.until("no module is loaded", () -> Cluster.moduleLoaded(node), loaded -> !loaded);
    Cluster.ssh(node, "rm -rf /var/lib/dropprobe/modules");
    Probes.create(PROBE);
    Await.until(
        "a compiler runs on " + node,
        () -> Cluster.trySsh(node, "grep -qsx cc1 /proc/[0-9]*/comm").status() == 0,
        runs -> runs);
    Cluster.kill(node, "kmod-builder");
    Probes.awaitReady(PROBE);
    assertEquals(List.of(), status().problems);
    Cluster.awaitMaker(node);
    Probes.dropAndAwait(node, 9, 9);
  }

  private static DropProbeStatus status() {
    return Probes.get(PROBE).getStatus();
  }

  private static boolean hasProblem(String reason) {
    var status = status();
    return status.problems != null
        && status.problems.stream().anyMatch(p -> reason.equals(p.reason));
  }

  private static void awaitRefused(long packets) {
    Await.until(
        "the sum is " + packets,
        () -> status().packets.refused,
        n -> {
          assertFalse(n > packets, () -> "already " + n);
          return n == packets;
        });
  }
}
