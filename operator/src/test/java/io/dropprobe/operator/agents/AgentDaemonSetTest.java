// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.agents;

import io.dropprobe.operator.settings.Settings;
import io.dropprobe.operator.testing.Fixture;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Where the agents run, and how: one folder per scenario in {@code agents/}. {@code
 * out-placement.yaml} is the decision; {@code out-daemonset.yaml}, which some have, is the complete
 * object.
 */
class AgentDaemonSetTest {
  @TestFactory
  Stream<DynamicTest> scenarios() {
    return Fixture.all("agents").map(f -> DynamicTest.dynamicTest(f.name(), () -> check(f)));
  }

  private static void check(Fixture f) {
    Settings settings = Settings.parse(f.settings());
    AgentPlacement placement = AgentPlacement.of(f.cluster());
    Map<String, Object> decision = new LinkedHashMap<>();
    decision.put("planWithDaemonSet", AgentPlan.of(placement, true).name());
    decision.put("planWithoutDaemonSet", AgentPlan.of(placement, false).name());
    decision.put("selected", placement.selected());
    decision.put("kept", placement.kept());
    decision.put("tolerations", placement.tolerations());
    f.assertMatches("out-placement.yaml", decision);
    if (f.expects("out-daemonset.yaml")) {
      f.assertMatches(
          "out-daemonset.yaml",
          AgentDaemonSet.desired(
              settings, placement, MaxUnavailable.of(f.cluster(), placement), "dropprobe-system"));
    }
  }
}
