// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.v1alpha1.Problem;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AgentPodsTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final DaemonSet SOME_MISSING =
      new DaemonSetBuilder()
          .withNewMetadata()
          .withName("dropprobe-agent")
          .endMetadata()
          .withNewStatus()
          .withDesiredNumberScheduled(5)
          .withCurrentNumberScheduled(2)
          .endStatus()
          .build();

  private static Event failed(String time, String message) {
    return new EventBuilder().withLastTimestamp(time).withMessage(message).build();
  }

  @Test
  void reportsTheLastErrorAndTheNumberOfMissingPods() {
    Event micro =
        new EventBuilder()
            .withEventTime(new MicroTime("2026-01-01T11:58:00.000000Z"))
            .withMessage("second")
            .build();
    Problem p =
        AgentPods.problem(
                SOME_MISSING,
                AgentPods.last(
                    Stream.of(
                        failed("2026-01-01T11:57:00Z", "first"),
                        micro,
                        failed(null, "without a time"))),
                NOON)
            .orElseThrow();
    assertEquals("AgentNotCreated", p.reason);
    assertEquals(3, p.nodes);
    assertEquals(
        "the DaemonSet controller can't create pods of DaemonSet dropprobe-agent: second",
        p.message);
  }

  @Test
  void ignoresOldErrors() {
    assertEquals(
        Optional.empty(),
        AgentPods.problem(SOME_MISSING, Optional.of(failed("2026-01-01T11:39:59Z", "old")), NOON));
  }

  @Test
  void readsOnlyPodsThatTheDaemonSetControls() {
    assertTrue(AgentPods.isOf(ownedBy("agents", true), "agents"));
    assertFalse(AgentPods.isOf(ownedBy("agents", null), "agents"));
    assertFalse(AgentPods.isOf(ownedBy("node", true), "agents"));
    Pod mirror = new PodBuilder().withNewMetadata().withName("mirror").endMetadata().build();
    assertFalse(AgentPods.isOf(mirror, "agents"));
  }

  private static Pod ownedBy(String uid, Boolean controller) {
    return new PodBuilder()
        .withNewMetadata()
        .addNewOwnerReference()
        .withUid(uid)
        .withController(controller)
        .endOwnerReference()
        .endMetadata()
        .build();
  }
}
