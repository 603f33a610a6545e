// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.api;

import io.dropprobe.api.rules.NodeFacts;
import io.dropprobe.api.trial.TrialBoard;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the agent knows from the API server.
 *
 * @param node the agent's own Node
 * @param probes all DropProbes
 * @param report this node's report when the agent started; null means none
 * @param trials what the operator knows of the nodes' trials; empty if that was not read
 * @param listed whether {@code probes} was read; false if the API server refused the list, which is
 *     empty then
 */
public record ClusterView(
    NodeFacts node,
    List<DropProbe> probes,
    @Nullable DropProbeNodeStatus report,
    TrialBoard trials,
    boolean listed) {
  /** A view whose DropProbes were read. */
  public ClusterView(
      NodeFacts node,
      List<DropProbe> probes,
      @Nullable DropProbeNodeStatus report,
      TrialBoard trials) {
    this(node, probes, report, trials, true);
  }

  /**
   * A view of an agent that may not list DropProbes. DropProbe is most likely being uninstalled,
   * but no DropProbe is known to be deleted.
   */
  public static ClusterView refused(NodeFacts node) {
    return new ClusterView(node, List.of(), null, TrialBoard.EMPTY, false);
  }

  /** This view without DropProbes, because DropProbe is being uninstalled. */
  public ClusterView withoutProbes() {
    return new ClusterView(node, List.of(), report, trials, listed);
  }
}
