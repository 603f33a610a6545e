// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.operator.testing.Await;
import io.dropprobe.operator.testing.FakeNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The deletion of a DropProbe on a real API server. */
class DeletionIT extends OperatorSupport {
  @Test
  void waitsUntilTheProbeIsRemovedFromTheKernel() {
    FakeNode a = node("a");
    DropProbe probe = create("going", p -> {});
    a.counts(probe, ProbeState.Active, 1);
    awaitCondition("going", "Ready", "True", "Counting");
    // Another controller creates it.
    Await.until("the DaemonSet exists", () -> daemonSet() != null, OperatorSupport::everything);
    String agents = daemonSetUid();

    admin.resources(DropProbe.class).withName("going").delete();
    awaitCondition("going", "Ready", "False", "Deleting");
    assertEquals(1, status("going").packets.lost);
    assertEquals(agents, daemonSetUid(), "the agents still have to clean up");

    // The probe is removed and the module still loaded: the DropProbe is deleted, the agents stay.
    a.reports(s -> {});
    Await.until(
        "the DropProbe is deleted", () -> probe("going") == null, OperatorSupport::everything);
    // A pass deletes this report only after it has placed the agents.
    FakeNode b = node("b");
    b.clean();
    Await.until("a pass is over", () -> report("b") == null, OperatorSupport::everything);
    assertEquals(agents, daemonSetUid(), "a module is still loaded");
    a.clean();
    Await.until("the DaemonSet is deleted", () -> daemonSet() == null, OperatorSupport::everything);
    Await.until(
        "the report that nobody writes any more is deleted",
        () -> admin.resources(DropProbeNode.class).list().getItems().isEmpty(),
        OperatorSupport::everything);
  }

  @Test
  void doesNotWaitForANodeThatHasStoppedReporting() {
    FakeNode a = node("a");
    DropProbe probe = create("lost", p -> {});
    a.counts(probe, ProbeState.Active, 1);
    awaitCondition("lost", "Ready", "True", "Counting");
    settings(data -> data.putAll(Map.of("heartbeat", "1s", "staleAfter", "2s")));
    try {
      awaitCondition("lost", "Ready", "False", "NodesStale");
      awaitCondition("lost", "Degraded", "True", "NodesWithProblems");
      admin.resources(DropProbe.class).withName("lost").delete();
      Await.until(
          "the DropProbe is deleted", () -> probe("lost") == null, OperatorSupport::everything);
    } finally {
      settings(data -> List.of("heartbeat", "staleAfter").forEach(data::remove));
    }
    Await.until(
        "an Event names the node that was not waited for",
        () ->
            events("DropProbe", "lost").stream()
                .anyMatch(
                    e ->
                        e.getReason().equals("DeletedWithoutNodes")
                            && e.getMessage().contains("deleted without waiting for a,")));
  }

  @Test
  void doesNotWaitForANodeThatKubernetesCallsNotReady() {
    FakeNode a = node("a");
    FakeNode b = node("b");
    DropProbe probe = create("dead", p -> {});
    a.counts(probe, ProbeState.Active, 1);
    b.counts(probe, ProbeState.Active, 1);
    await("dead", s -> s.nodes != null && s.nodes.active == 2);
    admin.resources(DropProbe.class).withName("dead").delete();
    Await.until(
        "the message names both nodes and a time",
        () -> ready("dead").contains("kernel of a, b, until "),
        OperatorSupport::everything);
    b.isNotReady();
    Await.until(
        "only one node is waited for",
        () -> ready("dead").contains("kernel of a, until "),
        OperatorSupport::everything);
    a.reports(s -> {});
    Await.until(
        "the DropProbe is deleted", () -> probe("dead") == null, OperatorSupport::everything);
  }

  private static String ready(String name) {
    return status(name).conditions.get(0).getMessage();
  }

  @Test
  void probeOfTheSameNameStartsAtZero() {
    FakeNode a = node("a");
    DropProbe first = create("twice", p -> {});
    a.counts(first, ProbeState.Active, 100);
    await("twice", s -> s.packets != null && s.packets.lost == 100);
    admin.resources(DropProbe.class).withName("twice").delete();
    a.reports(s -> {});
    Await.until(
        "the first DropProbe is deleted",
        () -> probe("twice") == null,
        OperatorSupport::everything);

    DropProbe second = create("twice", p -> {});
    // One node still reports the first one; the operator sees the report of the other after that.
    a.counts(first, ProbeState.Active, 100);
    node("b").counts(second, ProbeState.Active, 2);
    await("twice", s -> s.packets != null && s.packets.lost == 2);
    awaitCondition("twice", "Ready", "False", "NodesPending");
    a.counts(second, ProbeState.Active, 3);
    await("twice", s -> s.packets.lost == 5);
    awaitCondition("twice", "Ready", "True", "Counting");
  }
}
