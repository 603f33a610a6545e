// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.e2e;

import static io.dropprobe.e2e.Probes.PROBE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a probe reports when no node can count for it, or one cannot. */
@OnCluster
class ConditionsIT {
  @Test
  void probeWithoutSelectedNodeIsNotReady() {
    var probe = Probes.ofClosedPort(PROBE);
    probe.getSpec().nodeSelector = Map.of("dropprobe-test", "nowhere");
    Cluster.API.resource(probe).create();
    var ready =
        Await.until(
            "a Ready condition", () -> Probes.condition(PROBE, "Ready"), Optional::isPresent);
    assertEquals("False", ready.get().getStatus());
    assertEquals("NoNodeSelected", ready.get().getReason());
  }

  /** Also what needs the operator's right to list Events, which the audit looks for. */
  @Test
  void reportsWhyAgentIsNotCreated() {
    Probes.createAndAwaitReady(PROBE);
    // A pod that is not available yet would be replaced at once, and then two nodes lack one.
    Cluster.awaitRollout(Cluster.NAMESPACE, "daemonset/dropprobe-agent");
    priorityClass("no-such-class");
    try {
      Await.until(
          "the DaemonSet controller's message in the problems",
          () -> Probes.get(PROBE).getStatus().problems,
          problems ->
              problems.stream()
                  .anyMatch(
                      p ->
                          p.reason.equals("AgentNotCreated")
                              && p.nodes == 1
                              && p.message.contains("no-such-class")));
    } finally {
      priorityClass("dropprobe-agent");
    }
    Cluster.awaitRollout(Cluster.NAMESPACE, "daemonset/dropprobe-agent");
    Probes.awaitReady(PROBE);
  }

  private static void priorityClass(String name) {
    Cluster.kubectl(
        "-n",
        Cluster.NAMESPACE,
        "patch",
        "configmap",
        "dropprobe",
        "--type=merge",
        "--patch={\"data\":{\"priorityClassName\":\"%s\"}}".formatted(name));
  }
}
