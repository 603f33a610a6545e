// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.api.rules.NodeFacts;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.operator.cluster.ClusterNode;
import io.dropprobe.operator.cluster.Snapshot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MaxUnavailableTest {
  @ParameterizedTest(name = "{0} nodes, {1} of them NotReady: {2}")
  @CsvSource({
    "10, 0, 10%",
    "1, 1, 2",
    "10, 1, 2",
    "11, 1, 3",
    "10, 4, 5",
    "5000, 0, 10%",
    "5000, 2, 502"
  })
  void deadNodesComeOnTopOfATenth(int nodes, int notReady, String expected) {
    DropProbe probe = new DropProbe();
    probe.getSpec().nodeSelector = Map.of("zone", "a");
    Map<String, ClusterNode> all = new HashMap<>();
    for (int i = 0; i < nodes; i++) {
      all.put("n" + i, node("n" + i, "a", i >= notReady));
    }
    // No agent runs there.
    all.put("other", node("other", "b", false));
    Snapshot cluster = new Snapshot(all, Map.of(), Map.of("p", probe));
    Object bound = MaxUnavailable.of(cluster, AgentPlacement.of(cluster, List.of())).getValue();
    assertEquals(expected, bound.toString());
  }

  private static ClusterNode node(String name, String zone, boolean ready) {
    Map<String, String> labels = Map.of("kubernetes.io/os", "linux", "zone", zone);
    return new ClusterNode(name, new NodeFacts("uid", labels, List.of()), "boot", ready, null);
  }
}
