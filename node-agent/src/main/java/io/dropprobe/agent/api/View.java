package io.dropprobe.agent.api;

import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import java.util.List;

/**
 * What the API server says.
 *
 * @param node the own Node
 * @param probes all DropProbes
 * @param report this node's report as it was when the agent started; null when there was none
 */
public record View(NodeFacts node, List<DropProbe> probes, DropProbeNodeStatus report) {
  /** The same cluster with no DropProbes: they and all else of ours are being removed. */
  public View withoutProbes() {
    return new View(node, List.of(), report);
  }
}
