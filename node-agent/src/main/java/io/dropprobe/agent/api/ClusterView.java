package io.dropprobe.agent.api;

import io.dropprobe.api.rules.NodeFacts;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import java.util.List;

/**
 * What the API server says.
 *
 * @param node the own Node
 * @param probes all DropProbes
 * @param report this node's report as it was when the agent started; null when there was none
 * @param listed whether {@code probes} was read; false where the API server refused it, and the
 *     list is empty for want of an answer
 */
public record ClusterView(
    NodeFacts node, List<DropProbe> probes, DropProbeNodeStatus report, boolean listed) {
  /** What the API server says when asked. */
  public ClusterView(NodeFacts node, List<DropProbe> probes, DropProbeNodeStatus report) {
    this(node, probes, report, true);
  }

  /**
   * Without a right to know of any DropProbe. Most likely all of ours is being removed, but no
   * DropProbe is known to be gone.
   */
  public static ClusterView refused(NodeFacts node) {
    return new ClusterView(node, List.of(), null, false);
  }

  /** The same cluster with no DropProbes: they and all else of ours are being removed. */
  public ClusterView withoutProbes() {
    return new ClusterView(node, List.of(), report, listed);
  }
}
