// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.e2e;

import static io.dropprobe.e2e.Probes.PROBE;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.v1alpha1.ProbeState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How long the canary delays the first count, on the nodes that have the same kernel. */
@OnCluster
@Tag("three-nodes")
class CanaryTimeIT {
  private static final String LABEL = "dropprobe-e2e/twin";
  private static final Duration SOAK = Duration.ofSeconds(60);

  /** For the pick, the announcement, the reports and the loads of emulated nodes. */
  private static final Duration ANSWERS = Duration.ofSeconds(10);

  private static List<String> nodes;

  /**
   * Times since the probe was created.
   *
   * @param built until the last node has reported that its module is built
   * @param counting until the last node has reported that it counts
   */
  private record Times(Duration built, Duration counting) {
    /** From the last module that was built to the last node that counts. */
    Duration waited() {
      return counting.minus(built);
    }

    void print(String canaries) {
      System.out.printf(
          "time to counting, canaries %s: built on all nodes after %d s, counting on all after %d s%n",
          canaries, built.toSeconds(), counting.toSeconds());
    }
  }

  @BeforeAll
  static void selectOneKernel() {
    nodes = Twins.find().names();
    nodes.forEach(n -> Cluster.kubectl("label", "node", n, LABEL + "=true"));
  }

  @AfterAll
  static void deselect() {
    Settings.remove("canaries");
    nodes.forEach(n -> Cluster.kubectl("label", "node", n, LABEL + "-"));
  }

  /**
   * Compares what follows the builds: these come before any trial, and take an emulated node
   * another time whenever it does them.
   */
  @Test
  void canaryDelaysCountingOnFreshClusterByNoMoreThanSoak() {
    var without = timesOfFreshCluster("0");
    var with = timesOfFreshCluster("1");
    var delay = with.waited().minus(without.waited());
    System.out.printf("a canary delays counting by %d s; soak is 60 s%n", delay.toSeconds());
    assertTrue(delay.compareTo(SOAK.plus(ANSWERS)) <= 0, "delayed by " + delay);
    assertTrue(delay.compareTo(Duration.ZERO) > 0, "there was no canary: " + delay);
  }

  private static Times timesOfFreshCluster(String canaries) {
    forgetEverything();
    Settings.set("canaries", canaries);
    Cluster.scaleOperator(1);
    var probe = Probes.ofClosedPort(PROBE);
    probe.getSpec().nodeSelector = Map.of(LABEL, "true");
    var begin = System.nanoTime();
    Cluster.API.resource(probe).create();
    Await.until(
        "all nodes have built the module",
        () -> nodes.stream().allMatch(CanaryTimeIT::built),
        b -> b);
    var built = Duration.ofNanos(System.nanoTime() - begin);
    Await.until(
        "all nodes count", () -> nodes.stream().allMatch(CanaryTimeIT::counts), counts -> counts);
    var times = new Times(built, Duration.ofNanos(System.nanoTime() - begin));
    times.print(canaries);
    return times;
  }

  private static boolean built(String node) {
    return Probes.nodeCondition(node, Conditions.Node.MODULE_BUILT)
        .filter(c -> c.getStatus().equals("True"))
        .isPresent();
  }

  private static boolean counts(String node) {
    var report = Probes.report(PROBE, node);
    return report != null && report.state == ProbeState.Active;
  }

  /** Removes all agents, reports, proofs and what the nodes keep; no operator runs then. */
  private static void forgetEverything() {
    if (Probes.get(PROBE) != null) {
      Probes.deleteAndWait(PROBE);
    }
    RunningAgents.deleteAllAndAwaitUnload();
    Await.until(
        "no agent is left",
        () -> Cluster.NODES.stream().filter(n -> Cluster.agent(n) != null).toList(),
        List::isEmpty);
    Cluster.scaleOperator(0);
    Cluster.kubectl("delete", "dropprobenodes", "--all");
    Cluster.kubectl("-n", Cluster.NAMESPACE, "delete", "configmap", Names.TRIALS);
    Cluster.NODES.forEach(n -> Cluster.ssh(n, "rm -rf /var/lib/dropprobe/*"));
  }
}
