// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.operator.testing.ApiServer;
import io.dropprobe.operator.testing.Await;
import io.dropprobe.operator.testing.FakeNode;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The agents' DaemonSet on a real API server. */
class AgentsIT extends OperatorSupport {
  @Test
  void reportsWhyPodsAreNotCreated() {
    node("a");
    create("uncreated", p -> {});
    Await.until("the DaemonSet exists", () -> daemonSet() != null, OperatorSupport::everything);
    DaemonSet set = daemonSet();
    // The test plays the DaemonSet controller.
    admin
        .v1()
        .events()
        .resource(
            new EventBuilder()
                .withNewMetadata()
                .withName("dropprobe-agent.1")
                .withNamespace(ApiServer.NAMESPACE)
                .endMetadata()
                .withNewInvolvedObject()
                .withKind("DaemonSet")
                .withName(set.getMetadata().getName())
                .withNamespace(ApiServer.NAMESPACE)
                .withUid(set.getMetadata().getUid())
                .endInvolvedObject()
                .withReason("FailedCreate")
                .withMessage("Error creating: insufficient quota to match these scopes")
                .withLastTimestamp(Times.format(Instant.now()))
                .build())
        .create();
    admin
        .resource(set)
        .editStatus(
            d ->
                new DaemonSetBuilder(d)
                    .withNewStatus()
                    .withDesiredNumberScheduled(1)
                    .withCurrentNumberScheduled(0)
                    .withNumberMisscheduled(0)
                    .withNumberReady(0)
                    .endStatus()
                    .build());
    awaitProblem("uncreated", "AgentNotCreated", "pods of DaemonSet dropprobe-agent: Error");
  }

  @Test
  void reportsWhyAPodDoesNotRun() {
    node("a");
    node("b");
    create("crash", p -> {});
    Await.until("the DaemonSet exists", () -> daemonSet() != null, OperatorSupport::everything);
    Pod running = pod("dropprobe-agent-running");
    running.getSpec().setNodeName("a");
    Pod waiting = pod("dropprobe-agent-waiting");
    waiting.getSpec().setAffinity(affinity("b"));
    // A kubelet can create it, but not with the DaemonSet as its owner.
    Pod mirror = pod("dropprobe-agent-a-mirror");
    mirror.getMetadata().setOwnerReferences(null);
    mirror.getSpec().setNodeName("a");
    try {
      withStatus(
          admin.resource(mirror).create(),
          s -> s.withPhase("Failed").withReason("Invented").withMessage("%z %1$2000000000s"));
      withStatus(
          admin.resource(running).create(),
          s ->
              s.withPhase("Running")
                  .addNewContainerStatus()
                  .withName("node-agent")
                  .withNewState()
                  .withNewWaiting()
                  .withReason("CrashLoopBackOff")
                  .endWaiting()
                  .endState()
                  .withNewLastState()
                  .withNewTerminated()
                  .withExitCode(1)
                  .withReason("Error")
                  .withMessage("exec format\nerror")
                  .endTerminated()
                  .endLastState()
                  .endContainerStatus());
      withStatus(
          admin.resource(waiting).create(),
          s ->
              s.withPhase("Pending")
                  .addNewCondition()
                  .withType("PodScheduled")
                  .withStatus("False")
                  .withReason("Unschedulable")
                  .withMessage("0/2 nodes are available: 1 Insufficient memory")
                  .endCondition());
      awaitProblem(
          "crash",
          "AgentNotReporting",
          "container node-agent of pod dropprobe-agent-running waits: CrashLoopBackOff; it ended"
              + " with exit code 1, Error: exec format error; the agent has not reported yet;");
      label("b", "zone", "b");
      create("unscheduled", p -> p.getSpec().nodeSelector = Map.of("zone", "b"));
      awaitProblem(
          "unscheduled",
          "AgentNotReporting",
          "pod dropprobe-agent-waiting is not scheduled: Unschedulable: 0/2 nodes are available:");
    } finally {
      admin.resource(running).withGracePeriod(0).delete();
      admin.resource(waiting).withGracePeriod(0).delete();
      admin.resource(mirror).withGracePeriod(0).delete();
    }
  }

  private static Pod pod(String name) {
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(ApiServer.NAMESPACE)
        .addToLabels("app.kubernetes.io/name", "dropprobe")
        .addToLabels("app.kubernetes.io/component", "agent")
        .addNewOwnerReference()
        .withApiVersion("apps/v1")
        .withKind("DaemonSet")
        .withName(daemonSet().getMetadata().getName())
        .withUid(daemonSetUid())
        .withController(true)
        .endOwnerReference()
        .endMetadata()
        .withNewSpec()
        .withServiceAccountName("dropprobe-agent")
        .addNewContainer()
        .withName("node-agent")
        .withImage("example.org/agent:1")
        .endContainer()
        .endSpec()
        .build();
  }

  private static Affinity affinity(String node) {
    return new AffinityBuilder()
        .withNewNodeAffinity()
        .withNewRequiredDuringSchedulingIgnoredDuringExecution()
        .addNewNodeSelectorTerm()
        .withMatchFields(new NodeSelectorRequirement("metadata.name", "In", List.of(node)))
        .endNodeSelectorTerm()
        .endRequiredDuringSchedulingIgnoredDuringExecution()
        .endNodeAffinity()
        .build();
  }

  private static void withStatus(Pod pod, UnaryOperator<PodStatusBuilder> status) {
    admin
        .resource(pod)
        .editStatus(
            p ->
                new PodBuilder(p).withStatus(status.apply(new PodStatusBuilder()).build()).build());
  }

  @Test
  void keepsAgentOnDeselectedNodeUntilItIsClean() {
    FakeNode a = node("a", "zone", "one");
    FakeNode b = node("b", "zone", "two");
    DropProbe probe = create("moving", p -> p.getSpec().nodeSelector = Map.of("zone", "one"));
    a.counts(probe, ProbeState.Active, 10);
    awaitCondition("moving", "Ready", "True", "Counting");

    DropProbe moved = edit("moving", p -> p.getSpec().nodeSelector = Map.of("zone", "two"));
    Await.until(
        "a is kept by name",
        () -> terms().stream().anyMatch(t -> t.getMatchFields().size() == 1),
        OperatorSupport::everything);
    assertEquals(
        List.of("a"),
        terms().stream()
            .flatMap(t -> t.getMatchFields().stream())
            .flatMap(f -> f.getValues().stream())
            .toList());
    a.reports(
        s -> {
          s.module.state = ModuleState.Absent;
          var entry = entryOf(moved);
          entry.state = ProbeState.Removed;
          entry.lost = 10L;
          entry.epoch = null;
          s.probes = List.of(entry);
        });
    b.counts(moved, ProbeState.Active, 1);
    Await.until("a is no longer kept", () -> terms().size() == 1, OperatorSupport::everything);
    awaitCondition("moving", "Ready", "True", "Counting");
    await("moving", s -> s.packets.lost == 11 && s.nodes.selected == 1);
  }

  @Test
  void aNodeThatIsNotReadyDoesNotUseUpTheRollout() {
    node("a").reports(s -> {});
    FakeNode b = node("b");
    b.reports(s -> {});
    create("rollout", p -> {});
    Await.until("the DaemonSet exists", () -> daemonSet() != null, OperatorSupport::everything);
    assertEquals(new IntOrString("10%"), maxUnavailable());
    rolledOut(2);
    b.isNotReady();
    assertNoWriteInSomePasses();
    assertEquals(new IntOrString("10%"), maxUnavailable());
    var template = daemonSet().getSpec().getTemplate();
    rolledOut(1);
    Await.until(
        "the rollout may go on",
        () -> maxUnavailable().equals(new IntOrString(2)),
        OperatorSupport::everything);
    assertEquals(template, daemonSet().getSpec().getTemplate());
    assertNoWriteInSomePasses();
    rolledOut(2);
    Await.until(
        "the usual bound is back",
        () -> maxUnavailable().equals(new IntOrString("10%")),
        OperatorSupport::everything);
  }

  private void assertNoWriteInSomePasses() {
    String version = daemonSet().getMetadata().getResourceVersion();
    // A pass that has seen this label has placed the agents, too.
    String marker = "marker" + version;
    create(marker, p -> p.getSpec().nodeSelector = Map.of("pass", "1"));
    for (int pass = 1; pass < 4; pass++) {
      label("a", "pass", Integer.toString(pass % 2));
      int selected = pass % 2;
      await(marker, s -> s.nodes != null && s.nodes.selected == selected);
    }
    assertEquals(version, daemonSet().getMetadata().getResourceVersion());
  }

  /** The test plays the DaemonSet controller, with two nodes. */
  private static void rolledOut(int updated) {
    admin
        .resource(daemonSet())
        .editStatus(
            d ->
                new DaemonSetBuilder(d)
                    .withNewStatus()
                    .withDesiredNumberScheduled(2)
                    .withUpdatedNumberScheduled(updated)
                    .withCurrentNumberScheduled(2)
                    .withNumberMisscheduled(0)
                    .withNumberReady(1)
                    .endStatus()
                    .build());
  }

  private static IntOrString maxUnavailable() {
    return daemonSet().getSpec().getUpdateStrategy().getRollingUpdate().getMaxUnavailable();
  }

  @Test
  void keepsDaemonSetWhileSettingsAreInvalid() {
    node("a");
    create("settings", p -> {});
    Await.until("the DaemonSet exists", () -> daemonSet() != null, OperatorSupport::everything);
    String before = daemonSet().getMetadata().getResourceVersion();
    try {
      settings(data -> data.put("lease", "ten minutes"));
      Await.until(
          "an Event has the problem",
          () ->
              events("ConfigMap", "dropprobe").stream()
                  .anyMatch(
                      e ->
                          e.getReason().equals("BadSettings")
                              && e.getMessage().contains("key lease: got 'ten minutes'")));
      assertEquals(before, daemonSet().getMetadata().getResourceVersion());
      awaitProblem("settings", "BadSettings", "key lease: got 'ten minutes'");
    } finally {
      settings(data -> data.put("lease", "600s"));
    }
    settings(data -> data.put("leas", "600s"));
    try {
      awaitProblem("settings", "BadSettings", "has keys without effect: leas");
    } finally {
      settings(data -> data.remove("leas"));
    }
    settings(data -> data.put("logLevel", "DEBUG"));
    awaitInTemplate("DEBUG");
    // No rollout during the next test.
    settings(data -> data.put("logLevel", "INFO"));
    awaitInTemplate("INFO");
  }

  @Test
  void restoresChangedOrDeletedDaemonSet() {
    node("a");
    create("repair", p -> {});
    Await.until("the DaemonSet exists", () -> daemonSet() != null, OperatorSupport::everything);
    admin
        .resource(daemonSet())
        .edit(
            d -> {
              d.getSpec().getTemplate().getSpec().getContainers().get(0).setImage("other");
              return d;
            });
    Await.until(
        "the image is restored",
        () ->
            daemonSet()
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .get(0)
                .getImage()
                .equals("localhost/dropprobe/node-agent:0.1.0"),
        OperatorSupport::everything);
    String uid = daemonSetUid();
    admin.resource(daemonSet()).delete();
    Await.until(
        "the DaemonSet is created again",
        () -> daemonSet() != null && !daemonSet().getMetadata().getUid().equals(uid),
        OperatorSupport::everything);
  }
}
