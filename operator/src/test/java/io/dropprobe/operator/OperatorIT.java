package io.dropprobe.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.Predecessor;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.api.v1alpha1.ProbeToleration;
import io.dropprobe.operator.testing.ApiServer;
import io.dropprobe.operator.testing.Await;
import io.dropprobe.operator.testing.FakeNode;
import io.dropprobe.operator.testing.Reports;
import io.dropprobe.operator.testing.RunningOperator;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What the operator does on a real API server; the nodes and their agents are played by the test.
 */
class OperatorIT {
  private static ApiServer api;
  private static KubernetesClient admin;
  private static RunningOperator operator;

  @BeforeAll
  static void start() {
    api = ApiServer.get();
    admin = api.admin();
    settings(data -> data.put("minReportInterval", "1s"));
    operator = new RunningOperator(api);
  }

  @AfterAll
  static void stop() {
    if (operator != null) {
      operator.close();
    }
  }

  /** Nothing is left of a test: without Nodes nobody is waited for. */
  @AfterEach
  void clean() {
    admin.nodes().delete();
    admin.resources(DropProbe.class).delete();
    Await.until(
        "all probes, reports and the DaemonSet gone",
        () ->
            admin.resources(DropProbe.class).list().getItems().isEmpty()
                && admin.resources(DropProbeNode.class).list().getItems().isEmpty()
                && daemonSet() == null,
        OperatorIT::everything);
  }

  @Test
  void theAnswerIsTheSumOfTheNodes() {
    FakeNode a = node("a");
    FakeNode b = node("b");
    DropProbe probe = create("sum", p -> {});
    Await.until("the DaemonSet is there", () -> daemonSet() != null, OperatorIT::everything);
    assertEquals(
        "localhost/dropprobe/node-agent:0.1.0",
        daemonSet().getSpec().getTemplate().getSpec().getContainers().get(0).getImage());
    awaitCondition("sum", "Ready", "False", "NodesPending");
    assertEquals("AgentNotReporting", status("sum").problems.get(0).reason);
    // The second Node may come later into the operator's view than the probe.
    await("sum", s -> s.problems.get(0).nodes == 2);

    a.counts(probe, ProbeState.Active, 3);
    b.counts(probe, ProbeState.Active, 4);
    awaitCondition("sum", "Ready", "True", "Counting");
    await("sum", s -> s.drops.packets == 7 && s.drops.bytes == 700);
    assertEquals("3", status("sum").drops.perSecond);
    assertEquals("b", status("sum").topNodes.get(0).node);
    assertEquals(2, status("sum").nodes.active);
    // The Event is written after the status.
    Await.until(
        "an Event says that it counts",
        () -> events("DropProbe", "sum").stream().anyMatch(e -> e.getReason().equals("Counting")),
        OperatorIT::everything);
  }

  @Test
  void readyAfterAPatchIsReadyForThatPatch() {
    FakeNode a = node("a");
    DropProbe probe = create("patched", p -> {});
    a.counts(probe, ProbeState.Active, 1);
    awaitCondition("patched", "Ready", "True", "Counting");

    DropProbe off = edit("patched", p -> p.getSpec().active = false);
    awaitCondition("patched", "Ready", "False", "NodesPending");
    a.counts(off, ProbeState.Inactive, 5);
    awaitCondition("patched", "Ready", "True", "Inactive");
    await("patched", s -> s.drops.packets == 5);
    assertEquals(off.getMetadata().getGeneration(), status("patched").observedGeneration);
  }

  @Test
  void aProbeThatSelectsNoNodeSaysSo() {
    node("a");
    create("nowhere", p -> p.getSpec().nodeSelector = Map.of("zone", "none"));
    awaitCondition("nowhere", "Ready", "False", "NoNodeSelected");
    assertEquals(0, status("nowhere").nodes.selected);
  }

  @Test
  void aNodeThatCanNotDoItDegradesAndDoesNotHoldUpTheOthers() {
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
  void deletionWaitsUntilTheProbeIsOutOfTheKernel() {
    FakeNode a = node("a");
    DropProbe probe = create("going", p -> {});
    a.counts(probe, ProbeState.Active, 1);
    awaitCondition("going", "Ready", "True", "Counting");
    // Another controller makes it, in its own time.
    Await.until("the DaemonSet is there", () -> daemonSet() != null, OperatorIT::everything);
    String agents = daemonSetUid();

    admin.resources(DropProbe.class).withName("going").delete();
    awaitCondition("going", "Ready", "False", "Deleting");
    assertEquals(1, status("going").drops.packets);
    assertEquals(agents, daemonSetUid(), "the agents are needed to clean up");

    // Still loaded, but the probe is out: the DropProbe goes, the agents stay until the module is
    // out.
    a.reports(s -> {});
    Await.until("going is gone", () -> probe("going") == null, OperatorIT::everything);
    // A report that a pass deletes only after it has seen that no probe is left, and placed agents.
    FakeNode b = node("b");
    b.clean();
    Await.until("a pass is over", () -> report("b") == null, OperatorIT::everything);
    assertEquals(agents, daemonSetUid(), "a module is still loaded");
    a.clean();
    Await.until("the DaemonSet is gone", () -> daemonSet() == null, OperatorIT::everything);
    Await.until(
        "and so is the report that nobody writes any more",
        () -> admin.resources(DropProbeNode.class).list().getItems().isEmpty(),
        OperatorIT::everything);
  }

  @Test
  void deletionDoesNotWaitForANodeThatHasStoppedReporting() {
    FakeNode a = node("a");
    DropProbe probe = create("lost", p -> {});
    a.counts(probe, ProbeState.Active, 1);
    awaitCondition("lost", "Ready", "True", "Counting");
    a.reports(
        s -> {
          s.reportedAt = Instant.now().minusSeconds(3600).toString();
          s.probes = List.of(entryOf(probe));
        });
    awaitCondition("lost", "Ready", "False", "NodesStale");

    admin.resources(DropProbe.class).withName("lost").delete();
    Await.until("lost is gone", () -> probe("lost") == null, OperatorIT::everything);
    Await.until(
        "an Event says for whom it did not wait",
        () ->
            events("DropProbe", "lost").stream()
                .anyMatch(
                    e ->
                        e.getReason().equals("DeletedWithoutNodes")
                            && e.getMessage().contains("deleted without waiting for a,")));
  }

  @Test
  void theShareOfANodeThatIsGoneStaysInTheSum() {
    FakeNode a = node("a");
    FakeNode b = node("b");
    DropProbe probe = create("retired", p -> {});
    a.counts(probe, ProbeState.Active, 100);
    b.counts(probe, ProbeState.Active, 20);
    await("retired", s -> s.drops != null && s.drops.packets == 120);

    a.disappears();
    await("retired", s -> s.retired.nodes == 1);
    Await.until("its report is deleted", () -> report("a") == null, OperatorIT::everything);
    assertEquals(100, status("retired").retired.packets);
    assertEquals(120, status("retired").drops.packets);
    await("retired", s -> s.retired.folded == null);

    // It comes back under the same name, and counts from zero.
    FakeNode again = node("a");
    again.counts(probe, ProbeState.Active, 5);
    await("retired", s -> s.drops.packets == 125 && s.retired.nodes == 1);
  }

  /** The agent carried them after a minute without an operator; one came back later. */
  @Test
  void countsThatAReplacedNodesReportCarriesAreFoldedInOnce() {
    FakeNode a = node("a");
    FakeNode b = node("b");
    DropProbe probe = create("carried", p -> {});
    b.counts(probe, ProbeState.Active, 20);
    await("carried", s -> s.drops != null && s.drops.packets == 20);
    Predecessor earlier = new Predecessor();
    earlier.nodeUID = a.uid();
    a.isReplaced();
    a.counts(probe, ProbeState.Active, 1000);
    ProbeReport counted = report("a").getStatus().probes.get(0);
    counted.observedGeneration = null;
    counted.state = null;
    counted.perSecond = null;
    earlier.probes = List.of(counted);
    a.carries(earlier, withPackets(report("a").getStatus().probes.get(0), 5));
    await("carried", s -> s.retired.nodes == 1 && s.drops.packets == 1025);
    String owner = report("a").getMetadata().getUid() + "/" + earlier.nodeUID;
    assertEquals(List.of(owner), status("carried").retired.folded);

    a.counts(probe, ProbeState.Active, 6);
    await("carried", s -> s.retired.folded == null && s.drops.packets == 1026);
    assertEquals(1000, status("carried").retired.packets);
  }

  /** What the schema lets pass; HostileReportTest has the whole table. */
  @Test
  void hostileReportsHarmTheirOwnNodeOnly() {
    FakeNode good = node("good");
    FakeNode evil = node("evil");
    DropProbe probe = create("hostile", p -> {});
    good.counts(probe, ProbeState.Active, 5);
    await("hostile", s -> s.drops != null && s.drops.packets == 5);

    hostile(evil, probe, (s, p) -> s.reportedAt = "9999-12-31T23:59:59-17:00");
    await("hostile", s -> s.problems.stream().anyMatch(x -> x.reason.equals("ReportInvalid")));
    hostile(evil, probe, (s, p) -> p.packets = Long.MAX_VALUE);
    await("hostile", s -> s.drops.packets == Long.MAX_VALUE);
    hostile(evil, probe, (s, p) -> p.since = "9999-12-31T23:59:59-17:00");
    await("hostile", s -> s.drops.packets == 6);
    good.counts(probe, ProbeState.Active, 7);
    await("hostile", s -> s.drops.packets == 8);

    hostile(evil, probe, (s, p) -> s.reportedAt = "9999-12-31T23:59:59-17:00");
    admin.resources(DropProbe.class).withName("hostile").delete();
    awaitCondition("hostile", "Ready", "False", "Deleting");
    good.reports(s -> {});
    Await.until("deleted", () -> probe("hostile") == null, OperatorIT::everything);
  }

  @Test
  void reportWithATimeOrRateThatIsNoneIsRefused() {
    FakeNode evil = node("evil");
    DropProbe probe = create("refused", p -> {});
    Map<String, BiConsumer<DropProbeNodeStatus, ProbeReport>> refused =
        Map.of(
            "reportedAt", (s, p) -> s.reportedAt = "2026-01-01T00:00:00+99:99",
            "last", (s, p) -> p.last = "2026-01-01T00:00:00.1234567890Z",
            "perSecond", (s, p) -> p.perSecond = "1e300");
    refused.forEach(
        (field, change) -> {
          KubernetesClientException e =
              assertThrows(
                  KubernetesClientException.class, () -> hostile(evil, probe, change), field);
          assertEquals(422, e.getCode());
          assertTrue(e.getMessage().contains(field), e.getMessage());
        });
  }

  @Test
  void saysWhyThePodsOfTheAgentsAreNotCreated() {
    node("a");
    create("uncreated", p -> {});
    Await.until("the DaemonSet is there", () -> daemonSet() != null, OperatorIT::everything);
    DaemonSet set = daemonSet();
    // There is no DaemonSet controller here.
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

  /** A change of the probe, so that it is looked at now. */
  private static void awaitProblem(String name, String reason, String message) {
    AtomicInteger top = new AtomicInteger(1);
    Await.until(
        reason + " in the status of " + name,
        () -> {
          edit(name, p -> p.getSpec().top = 1 + top.getAndIncrement() % 20);
          return status(name).problems.stream()
              .anyMatch(p -> p.reason.equals(reason) && p.message.contains(message));
        },
        OperatorIT::everything);
  }

  private static ProbeReport withPackets(ProbeReport entry, long packets) {
    entry.packets = packets;
    return entry;
  }

  private static void hostile(
      FakeNode node, DropProbe probe, BiConsumer<DropProbeNodeStatus, ProbeReport> change) {
    node.counts(probe, ProbeState.Active, 1);
    ProbeReport entry = report(node.name()).getStatus().probes.get(0);
    node.reports(
        s -> {
          change.accept(s, entry);
          s.probes = List.of(entry);
        });
  }

  @Test
  void createdAgainUnderTheSameNameItStartsAtZero() {
    FakeNode a = node("a");
    DropProbe first = create("twice", p -> {});
    a.counts(first, ProbeState.Active, 100);
    await("twice", s -> s.drops != null && s.drops.packets == 100);
    admin.resources(DropProbe.class).withName("twice").delete();
    a.reports(s -> {});
    Await.until("gone", () -> probe("twice") == null, OperatorIT::everything);

    DropProbe second = create("twice", p -> {});
    // A node still says what it had of the first one; the report of the other is seen after that.
    a.counts(first, ProbeState.Active, 100);
    node("b").counts(second, ProbeState.Active, 2);
    await("twice", s -> s.drops != null && s.drops.packets == 2);
    awaitCondition("twice", "Ready", "False", "NodesPending");
    a.counts(second, ProbeState.Active, 3);
    await("twice", s -> s.drops.packets == 5);
    awaitCondition("twice", "Ready", "True", "Counting");
  }

  @Test
  void aResetStartsAtZero() {
    FakeNode a = node("a");
    DropProbe probe = create("reset", p -> {});
    a.counts(probe, ProbeState.Active, 100);
    await("reset", s -> s.drops != null && s.drops.packets == 100);
    DropProbe reset = edit("reset", p -> p.getSpec().resetAt = "2026-01-01T00:00:00Z");
    await("reset", s -> s.drops == null);
    a.counts(reset, ProbeState.Active, 1);
    await("reset", s -> s.drops != null && s.drops.packets == 1);
  }

  @Test
  void aDurationEndsByItself() {
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
  void aNodeThatIsNoLongerSelectedIsKeptUntilItIsClean() {
    FakeNode a = node("a", "zone", "one");
    FakeNode b = node("b", "zone", "two");
    DropProbe probe = create("moving", p -> p.getSpec().nodeSelector = Map.of("zone", "one"));
    a.counts(probe, ProbeState.Active, 10);
    awaitCondition("moving", "Ready", "True", "Counting");

    DropProbe moved = edit("moving", p -> p.getSpec().nodeSelector = Map.of("zone", "two"));
    Await.until(
        "a is kept by name",
        () -> terms().stream().anyMatch(t -> t.getMatchFields().size() == 1),
        OperatorIT::everything);
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
          entry.packets = 10L;
          entry.epoch = null;
          s.probes = List.of(entry);
        });
    b.counts(moved, ProbeState.Active, 1);
    Await.until("a is let go", () -> terms().size() == 1, OperatorIT::everything);
    awaitCondition("moving", "Ready", "True", "Counting");
    await("moving", s -> s.drops.packets == 11 && s.nodes.selected == 1);
  }

  @Test
  void badSettingsAreSaidAndChangeNothing() {
    node("a");
    create("settings", p -> {});
    Await.until("the DaemonSet is there", () -> daemonSet() != null, OperatorIT::everything);
    String before = daemonSet().getMetadata().getResourceVersion();
    try {
      settings(data -> data.put("lease", "ten minutes"));
      Await.until(
          "an Event says what is wrong",
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
    // Not a roll-out in the middle of the next test.
    settings(data -> data.put("logLevel", "INFO"));
    awaitInTemplate("INFO");
  }

  @Test
  void nothingIsWrittenWhenNothingHasChanged() {
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
    // A probe that is not ready shows that a pass is over: its number of nodes changes with each
    // label.
    create("marker", p -> p.getSpec().nodeSelector = Map.of("pass", "1"));
    a.reports(
        s -> {
          var entry = entryOf(probe);
          entry.packets = 1L;
          entry.perSecond = "0";
          s.probes = List.of(entry);
        });
    awaitCondition("quiet", "Ready", "True", "Counting");
    label("a", "pass", "1");
    await("marker", s -> s.nodes.selected == 1);
    Await.until(
        "both probes are in the pod template", () -> terms().size() == 2, OperatorIT::everything);
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
  void theOperatorOwnsTheStatusAndNothingOfTheSpec() {
    FakeNode a = node("a");
    DropProbe probe = create("owned", p -> {});
    a.counts(probe, ProbeState.Active, 1);
    awaitCondition("owned", "Ready", "True", "Counting");
    for (ManagedFieldsEntry e : probe("owned").getMetadata().getManagedFields()) {
      Map<String, Object> fields = e.getFieldsV1().getAdditionalProperties();
      boolean ours = e.getManager().equals("dropprobe-operator");
      assertEquals(ours && "status".equals(e.getSubresource()), fields.containsKey("f:status"));
      // The operator SDK's finalizer patch has an empty spec in it.
      assertTrue(!ours || Map.of().equals(fields.getOrDefault("f:spec", Map.of())), e::toString);
      assertTrue(!ours || e.getOperation().equals("Apply"), e::toString);
    }
  }

  @Test
  void aDaemonSetThatSomebodyChangesOrDeletesIsRepaired() {
    node("a");
    create("repair", p -> {});
    Await.until("the DaemonSet is there", () -> daemonSet() != null, OperatorIT::everything);
    admin
        .resource(daemonSet())
        .edit(
            d -> {
              d.getSpec().getTemplate().getSpec().getContainers().get(0).setImage("other");
              return d;
            });
    Await.until(
        "the image is ours again",
        () ->
            daemonSet()
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .get(0)
                .getImage()
                .equals("localhost/dropprobe/node-agent:0.1.0"),
        OperatorIT::everything);
    String uid = daemonSetUid();
    admin.resource(daemonSet()).delete();
    Await.until(
        "it is made again",
        () -> daemonSet() != null && !daemonSet().getMetadata().getUid().equals(uid),
        OperatorIT::everything);
  }

  private static void awaitInTemplate(String text) {
    Await.until(
        text + " is in the pod template",
        () -> admin.getKubernetesSerialization().asYaml(daemonSet()).contains(text),
        OperatorIT::everything);
  }

  private static ProbeReport entryOf(DropProbe probe) {
    return Reports.entry(
        probe.getMetadata().getName(),
        probe.getMetadata().getUid(),
        p -> {
          p.observedGeneration = probe.getMetadata().getGeneration();
          p.state = ProbeState.Active;
        });
  }

  private static FakeNode node(String name, String... labels) {
    return new FakeNode(api, name, labels.length == 0 ? Map.of() : Map.of(labels[0], labels[1]));
  }

  private static void label(String node, String key, String value) {
    admin
        .nodes()
        .withName(node)
        .edit(
            (Node n) -> {
              n.getMetadata().getLabels().put(key, value);
              return n;
            });
  }

  private static DropProbe create(String name, Consumer<DropProbe> rest) {
    DropProbe p = new DropProbe();
    p.getMetadata().setName(name);
    p.setStatus(null);
    rest.accept(p);
    return admin.resource(p).create();
  }

  private static DropProbe edit(String name, Consumer<DropProbe> change) {
    UnaryOperator<DropProbe> edit =
        p -> {
          change.accept(p);
          return p;
        };
    return admin.resources(DropProbe.class).withName(name).edit(edit);
  }

  private static void settings(Consumer<Map<String, String>> change) {
    admin
        .configMaps()
        .inNamespace(ApiServer.NAMESPACE)
        .withName("dropprobe")
        .edit(
            (ConfigMap c) -> {
              change.accept(c.getData());
              return c;
            });
  }

  private static DropProbe probe(String name) {
    return admin.resources(DropProbe.class).withName(name).get();
  }

  private static DropProbeNode report(String node) {
    return admin.resources(DropProbeNode.class).withName(node).get();
  }

  private static DropProbeStatus status(String name) {
    return probe(name).getStatus();
  }

  private static DaemonSet daemonSet() {
    return admin
        .apps()
        .daemonSets()
        .inNamespace(ApiServer.NAMESPACE)
        .withName("dropprobe-agent")
        .get();
  }

  private static String daemonSetUid() {
    DaemonSet agents = daemonSet();
    return agents == null ? null : agents.getMetadata().getUid();
  }

  private static List<NodeSelectorTerm> terms() {
    return daemonSet()
        .getSpec()
        .getTemplate()
        .getSpec()
        .getAffinity()
        .getNodeAffinity()
        .getRequiredDuringSchedulingIgnoredDuringExecution()
        .getNodeSelectorTerms();
  }

  private static List<Event> events(String kind, String name) {
    return admin.v1().events().inAnyNamespace().list().getItems().stream()
        .filter(
            e ->
                e.getInvolvedObject().getKind().equals(kind)
                    && Objects.equals(e.getInvolvedObject().getName(), name))
        .toList();
  }

  private static void await(String name, Predicate<DropProbeStatus> condition) {
    Await.until(
        "the status of " + name, () -> condition.test(status(name)), OperatorIT::everything);
  }

  private static void awaitCondition(String name, String type, String status, String reason) {
    Await.until(
        "%s is %s=%s (%s)".formatted(name, type, status, reason),
        () -> {
          DropProbe probe = probe(name);
          return probe.getStatus().conditions.stream()
                  .filter(c -> c.getType().equals(type))
                  .filter(
                      c ->
                          Objects.equals(
                              c.getObservedGeneration(), probe.getMetadata().getGeneration()))
                  .map(Condition::getStatus)
                  .anyMatch(status::equals)
              && probe.getStatus().conditions.stream()
                  .anyMatch(c -> c.getType().equals(type) && c.getReason().equals(reason));
        },
        OperatorIT::everything);
  }

  private static String everything() {
    var yaml = admin.getKubernetesSerialization();
    StringBuilder s = new StringBuilder();
    admin.resources(DropProbe.class).list().getItems().forEach(p -> s.append(yaml.asYaml(p)));
    admin.resources(DropProbeNode.class).list().getItems().forEach(p -> s.append(yaml.asYaml(p)));
    s.append(daemonSet() == null ? "no DaemonSet\n" : yaml.asYaml(daemonSet()));
    admin
        .v1()
        .events()
        .inAnyNamespace()
        .list()
        .getItems()
        .forEach(e -> s.append(e.getReason()).append(": ").append(e.getMessage()).append('\n'));
    return s.toString();
  }
}
