// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.agents;

import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.operator.cluster.ClusterNode;
import io.dropprobe.operator.cluster.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * Nodes that no probe selects any more, and on which the agent stays to unload the module. Each is
 * a term of the pod template, and each change of the template restarts every agent. So the terms of
 * nodes that are clean stay until all are, or until the template changes anyway. And no term is
 * added within {@link #LONGEST} of the last change: a kubelet can change the labels and the report
 * of its node at any time, and must not restart the agents of all others each time. So kept nodes
 * cause at most two changes in that time: terms are added, and removed.
 *
 * @param names sorted; at most {@link #MOST}
 * @param since when the pod template with these names and this rest was first desired
 */
record KeptNodes(List<String> names, Instant since) {
  /**
   * Most kept nodes, because each adds a term to the pod template. If more lose their selection at
   * once, the agents of the others clean up when they are terminated.
   */
  static final int MOST = 200;

  /**
   * How long a node that does not become clean holds back the terms of those that are, and how long
   * nodes that are deselected later wait. The agents of these clean up when they are terminated.
   */
  static final Duration LONGEST = Duration.ofMinutes(5);

  /**
   * @param unclean see {@link #unclean}
   * @param applied the pod template in force
   * @param rest digest of the desired pod template without kept nodes
   */
  static KeptNodes of(List<String> unclean, AppliedAgents applied, String rest, Instant now) {
    List<String> still = unclean.stream().filter(applied.kept()::contains).toList();
    boolean sameRest = rest.equals(applied.rest());
    Instant since = applied.since() == null ? Instant.MIN : applied.since();
    boolean recent = !since.isAfter(now) && since.isAfter(now.minus(LONGEST));
    if (sameRest && recent && !still.isEmpty()) {
      return new KeptNodes(List.copyOf(applied.kept()), since);
    }
    List<String> others =
        sameRest && recent
            ? List.of()
            : unclean.stream().filter(n -> !applied.kept().contains(n)).toList();
    List<String> names =
        Stream.concat(still.stream(), others.stream()).limit(MOST).sorted().toList();
    boolean same = sameRest && applied.since() != null && names.equals(List.copyOf(applied.kept()));
    return new KeptNodes(names, same ? since : now);
  }

  /**
   * Names of the nodes that no probe selects and whose report says that the module is in the
   * kernel; sorted. Includes nodes with a stale report: they may return with the module in their
   * kernel. No node where an agent runs anyway, see {@link AgentPlacement#covers}, and none with an
   * obstacle: a kubelet writes it about its own node, with labels and status. If a node with an
   * agent gets one, the agent cleans up when it is terminated.
   */
  static List<String> unclean(Snapshot cluster) {
    return cluster.nodes().values().stream()
        .filter(n -> n.obstacle() == null)
        .filter(n -> !AgentPlacement.covers(cluster.probes().values(), n))
        .filter(
            n -> {
              DropProbeNode report = cluster.reportOf(n);
              return report != null && !AgentPlacement.isClean(report);
            })
        .map(ClusterNode::name)
        .sorted()
        .toList();
  }
}
