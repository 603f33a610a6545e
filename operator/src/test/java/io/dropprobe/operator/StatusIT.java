// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.api.v1alpha1.ProbeToleration;
import io.dropprobe.operator.testing.Await;
import io.dropprobe.operator.testing.FakeNode;
import io.dropprobe.operator.testing.Reports;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The status of a DropProbe on a real API server. */
class StatusIT extends OperatorSupport {
  @Test
  void sumsTheCountsOfTheNodes() {
    FakeNode a = node("a");
    FakeNode b = node("b");
    DropProbe probe = create("sum", p -> {});
    Await.until("the DaemonSet exists", () -> daemonSet() != null, OperatorSupport::everything);
    assertEquals(
        "localhost/dropprobe/node-agent:0.1.0",
        daemonSet().getSpec().getTemplate().getSpec().getContainers().get(0).getImage());
    awaitCondition("sum", "Ready", "False", "NodesPending");
    assertEquals("AgentNotReporting", status("sum").problems.get(0).reason);
    // The operator may see the second Node later than the probe.
    await("sum", s -> s.problems.get(0).nodes == 2);

    a.counts(probe, ProbeState.Active, 3);
    b.counts(probe, ProbeState.Active, 4);
    awaitCondition("sum", "Ready", "True", "Counting");
    await("sum", s -> s.packets.lost == 7 && s.packets.bytes == 700);
    assertEquals("3", status("sum").packets.lostPerSecond);
    assertEquals("b", status("sum").topNodes.get(0).node);
    assertEquals(2, status("sum").nodes.active);
    // The Event is written after the status.
    Await.until(
        "an Event with reason Counting",
        () -> events("DropProbe", "sum").stream().anyMatch(e -> e.getReason().equals("Counting")),
        OperatorSupport::everything);
  }

  @Test
  void isReadyOnlyForTheCurrentGeneration() {
    FakeNode a = node("a");
    DropProbe probe = create("patched", p -> {});
    a.counts(probe, ProbeState.Active, 1);
    awaitCondition("patched", "Ready", "True", "Counting");

    DropProbe off = edit("patched", p -> p.getSpec().active = false);
    awaitCondition("patched", "Ready", "False", "NodesPending");
    a.counts(off, ProbeState.Inactive, 5);
    awaitCondition("patched", "Ready", "True", "Inactive");
    await("patched", s -> s.packets.lost == 5);
    assertEquals(off.getMetadata().getGeneration(), status("patched").observedGeneration);
  }

  @Test
  void isNotReadyWithoutASelectedNode() {
    node("a");
    create("nowhere", p -> p.getSpec().nodeSelector = Map.of("zone", "none"));
    awaitCondition("nowhere", "Ready", "False", "NoNodeSelected");
    assertEquals(0, status("nowhere").nodes.selected);
  }

  @Test
  void isDegradedButReadyWithAnUnsupportedNode() {
    FakeNode a = node("a");
    FakeNode b = node("b");
    DropProbe probe = create("degraded", p -> {});
    a.counts(probe, ProbeState.Active, 1);
    b.reports(
        s -> {
          s.module.state = ModuleState.Unsupported;
          Reports.failed(s, "HeadersFound", "HeadersNotFound", "install linux-headers-6.12.0-test");
        });
    awaitCondition("degraded", "Ready", "True", "Counting");
    awaitCondition("degraded", "Degraded", "True", "NodesWithProblems");
    var problem = status("degraded").problems.get(0);
    assertEquals("HeadersNotFound", problem.reason);
    assertEquals("b", problem.example);
    assertEquals("install linux-headers-6.12.0-test", problem.message);
  }

  @Test
  void warnsAboutSpecWithoutEffectInOneEvent() {
    FakeNode a = node("a");
    DropProbe probe = create("typo", p -> {});
    reportsWithNote(a, probe, 1);
    awaitCondition("typo", "Ready", "True", "Counting");
    Await.until(
        "an Event with reason SpecWithoutEffect",
        () -> withoutEffect().size() == 1,
        OperatorSupport::everything);
    reportsWithNote(a, probe, 2);
    await("typo", s -> s.packets.lost == 2);
    Event event = withoutEffect().get(0);
    assertEquals("Warning", event.getType());
    assertEquals("on 1 of the selected nodes, for example a: check it", event.getMessage());
    assertEquals(1, event.getCount());
  }

  private static void reportsWithNote(FakeNode node, DropProbe probe, long packets) {
    node.reports(
        s -> {
          var entry = entryOf(probe);
          entry.lost = packets;
          entry.lostPerSecond = "0";
          entry.message = "check it";
          s.probes = List.of(entry);
        });
  }

  private static List<Event> withoutEffect() {
    return events("DropProbe", "typo").stream()
        .filter(e -> e.getReason().equals("SpecWithoutEffect"))
        .toList();
  }

  @Test
  void startsAtZeroAfterAReset() {
    FakeNode a = node("a");
    DropProbe probe = create("reset", p -> {});
    a.counts(probe, ProbeState.Active, 100);
    await("reset", s -> s.packets != null && s.packets.lost == 100);
    DropProbe reset = edit("reset", p -> p.getSpec().resetAt = "2026-01-01T00:00:00Z");
    await("reset", s -> s.packets == null);
    a.counts(reset, ProbeState.Active, 1);
    await("reset", s -> s.packets != null && s.packets.lost == 1);
  }

  @Test
  void expiresByItself() {
    FakeNode a = node("a");
    DropProbe probe = create("short", p -> p.getSpec().duration = "2s");
    a.counts(probe, ProbeState.Active, 1);
    await("short", s -> s.expiresAt != null);
    awaitCondition("short", "Expired", "True", "DurationElapsed");
    awaitCondition("short", "Ready", "False", "NodesPending");
    a.counts(probe, ProbeState.Expired, 1);
    awaitCondition("short", "Ready", "True", "DurationElapsed");
  }

  @Test
  void isNotWrittenWhenNothingHasChanged() {
    FakeNode a = node("a");
    DropProbe probe =
        create(
            "quiet",
            p -> {
              var toleration = new ProbeToleration();
              toleration.key = "gpu";
              toleration.operator = ProbeToleration.Operator.Exists;
              p.getSpec().tolerations = List.of(toleration);
              p.getSpec().nodeSelector = Map.of("zone", "one");
            });
    label("a", "zone", "one");
    // The number of nodes of this probe changes with each label, which shows that a pass is over.
    create("marker", p -> p.getSpec().nodeSelector = Map.of("pass", "1"));
    a.reports(
        s -> {
          var entry = entryOf(probe);
          entry.lost = 1L;
          entry.lostPerSecond = "0";
          s.probes = List.of(entry);
        });
    awaitCondition("quiet", "Ready", "True", "Counting");
    label("a", "pass", "1");
    await("marker", s -> s.nodes.selected == 1);
    Await.until(
        "both probes are in the pod template",
        () -> terms().size() == 2,
        OperatorSupport::everything);
    String probeVersion = probe("quiet").getMetadata().getResourceVersion();
    String agentsVersion = daemonSet().getMetadata().getResourceVersion();
    for (int pass = 2; pass < 6; pass++) {
      label("a", "pass", Integer.toString(pass % 2));
      int selected = pass % 2;
      await("marker", s -> s.nodes.selected == selected);
    }
    assertEquals(probeVersion, probe("quiet").getMetadata().getResourceVersion());
    assertEquals(agentsVersion, daemonSet().getMetadata().getResourceVersion());
  }

  @Test
  void isOwnedByTheOperatorUnlikeTheSpec() {
    FakeNode a = node("a");
    DropProbe probe = create("owned", p -> {});
    a.counts(probe, ProbeState.Active, 1);
    awaitCondition("owned", "Ready", "True", "Counting");
    for (ManagedFieldsEntry e : probe("owned").getMetadata().getManagedFields()) {
      Map<String, Object> fields = e.getFieldsV1().getAdditionalProperties();
      boolean operators = e.getManager().equals("dropprobe-operator");
      assertEquals(
          operators && "status".equals(e.getSubresource()), fields.containsKey("f:status"));
      // The finalizer patch of the operator SDK has an empty spec.
      assertTrue(
          !operators || Map.of().equals(fields.getOrDefault("f:spec", Map.of())), e::toString);
      assertTrue(!operators || e.getOperation().equals("Apply"), e::toString);
    }
  }
}
