// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.operator.cluster.Snapshot;
import io.dropprobe.operator.testing.HostileReports;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** A report neither moves another node's agent nor gets another node's report deleted. */
class HostileReportPlacementTest {
  @TestFactory
  Stream<DynamicTest> changesNothingForOtherNodes() {
    AgentPlacement good = placement(HostileReports.cluster((r, p) -> {}));
    return HostileReports.ALL.entrySet().stream()
        .map(
            e ->
                DynamicTest.dynamicTest(
                    e.getKey(), () -> check(good, HostileReports.cluster(e.getValue()))));
  }

  private static void check(AgentPlacement good, Snapshot cluster) {
    assertEquals(good, placement(cluster));
    List<DropProbeNode> removed = ReportRemoval.of(cluster, Set.of(), cluster::isOfEarlierNode);
    assertTrue(removed.isEmpty(), () -> removed + " before their counts are folded");
  }

  private static AgentPlacement placement(Snapshot cluster) {
    return AgentPlacement.of(cluster, KeptNodes.unclean(cluster));
  }
}
