// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.dropprobe.operator.settings.Settings;
import io.dropprobe.operator.testing.Fixture;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Where the agents run, and how: one folder per scenario in {@code agents/}. {@code
 * out-placement.yaml} is the decision; {@code out-daemonset.yaml}, which some have, is the complete
 * object.
 */
class AgentDaemonSetTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  @TestFactory
  Stream<DynamicTest> scenarios() {
    return Fixture.all("agents").map(f -> DynamicTest.dynamicTest(f.name(), () -> check(f)));
  }

  /** A rollout would take hours where an emergency asks for seconds. */
  @Test
  void offSwitchAndNumberOfCanariesDoNotChangeThePods() {
    Fixture f = Fixture.all("agents").filter(s -> s.name().equals("one-probe")).findFirst().get();
    AgentPlacement placement = AgentPlacement.of(f.cluster(), List.of());
    Map<String, String> data = new HashMap<>(f.settings());
    String before = AgentDaemonSet.digest(Settings.parse(data), placement);
    data.put("enabled", "false");
    data.put("canaries", "3");
    assertEquals(before, AgentDaemonSet.digest(Settings.parse(data), placement));
    data.put("canaries", "0");
    assertNotEquals(before, AgentDaemonSet.digest(Settings.parse(data), placement));
  }

  private static void check(Fixture f) {
    Settings settings = Settings.parse(f.settings());
    String rest = AgentDaemonSet.digest(settings, AgentPlacement.of(f.cluster(), List.of()));
    KeptNodes kept = KeptNodes.of(KeptNodes.unclean(f.cluster()), AppliedAgents.NONE, rest, NOON);
    AgentPlacement placement = AgentPlacement.of(f.cluster(), kept.names());
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
              settings,
              placement,
              new AgentDaemonSet.Rollout(
                  MaxUnavailable.of(f.cluster(), placement, Optional.empty()), rest, kept.since()),
              "dropprobe-system"));
    }
  }
}
