package io.dropprobe.agent.api;

import io.fabric8.kubernetes.api.model.Taint;
import java.util.List;
import java.util.Map;

/** What the agent needs of its own Node. */
public record NodeFacts(String uid, Map<String, String> labels, List<Taint> taints) {
  /** Copies; null is none. */
  public NodeFacts {
    labels = labels == null ? Map.of() : Map.copyOf(labels);
    taints = taints == null ? List.of() : List.copyOf(taints);
  }
}
