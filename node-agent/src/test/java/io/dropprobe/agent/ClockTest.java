// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.v1alpha1.ProbeState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The clock of the node is set while the agent runs: no pause and no deadline depends on it. */
class ClockTest extends NodeTestCase {
  @ParameterizedTest
  @ValueSource(strings = {"PT-24H", "PT24H"})
  void setClockDelaysNeitherReportsNorLeases(String ahead) {
    applied("a", "u1");
    time.setWall(Duration.parse(ahead));
    kernel.drop("NO_SOCKET", 7);
    node.report();
    assertEquals(7, a().refused);
    int reports = node.api.reports.size();
    node.run(Duration.ofMinutes(11));
    assertTrue(node.api.reports.size() >= reports + 2, "heartbeats");
    assertTrue(node.api.reports.size() <= reports + 4, "heartbeats only");
    assertEquals(List.of("a(active) worker-1"), kernel.summary());
    assertTrue(node.passesIn(Duration.ofMinutes(1)) <= 8, "the loop does not spin");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT-24H", "PT24H"})
  void setClockDelaysNoRetryOfBuild(String ahead) {
    node.builder.result = "build-failed";
    applied("a", "u1");
    assertEquals(ProbeState.Failed, a().state);
    time.setWall(Duration.parse(ahead));
    node.builder.result = "ok";
    node.run(Duration.ofSeconds(20));
    assertEquals(ProbeState.Active, node.state("a"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT-24H", "PT24H"})
  void agentThatStartsAfterClockWasSetReports(String ahead) {
    applied("a", "u1");
    node.report();
    time.setWall(Duration.parse(ahead));
    node.start();
    kernel.drop("NO_SOCKET", 7);
    node.report();
    assertEquals(7, a().refused);
  }
}
