// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.schema.Names;
import io.dropprobe.api.trial.TrialBoard;
import io.dropprobe.api.trial.TrialEntry;
import io.dropprobe.api.trial.TrialEntry.State;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.api.v1alpha1.Trial;
import io.dropprobe.api.v1alpha1.TrialPhase;
import io.dropprobe.operator.testing.ApiServer;
import io.dropprobe.operator.testing.Await;
import io.dropprobe.operator.testing.FakeNode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Trials of modules, and the off switch, on a real API server. */
class TrialsIT extends OperatorSupport {
  private static KubernetesClient agent;

  @BeforeAll
  static void login() {
    agent = api.agent("a");
  }

  @BeforeEach
  void shorten() {
    settings(data -> data.put("soak", "2s"));
  }

  @AfterEach
  void enable() {
    settings(
        data -> {
          data.remove("soak");
          data.remove("enabled");
        });
  }

  private static void reports(FakeNode node, String srcversion, TrialPhase phase) {
    node.reports(
        s -> {
          s.kernel.version = "#1 SMP";
          s.module.trial = new Trial();
          s.module.trial.phase = phase;
          s.module.trial.srcversion = srcversion;
          s.module.trial.builder = "b";
          s.module.trial.hooks = "drops";
        });
  }

  /** The ConfigMap, as an agent sees it. */
  private static List<ConfigMap> proofs() {
    return agent
        .configMaps()
        .inNamespace(ApiServer.NAMESPACE)
        .withField("metadata.name", Names.TRIALS)
        .list()
        .getItems();
  }

  private static Optional<TrialEntry> entry(String srcversion) {
    return proofs().stream()
        .flatMap(m -> TrialBoard.parse(m.getData()).entries().stream())
        .filter(e -> e.key().srcversion().equals(srcversion))
        .findFirst();
  }

  private static void awaitEntry(String srcversion, Predicate<TrialEntry> condition) {
    Await.until(
        "the trial of " + srcversion,
        () -> entry(srcversion).filter(condition).isPresent(),
        () -> entry(srcversion) + "\n" + everything());
  }

  @Test
  void waitingNodeIsAnsweredAndItsModuleProven() {
    Await.until("the ConfigMap exists", () -> !proofs().isEmpty());
    FakeNode a = node("a");
    FakeNode b = node("b");
    create("waits", p -> {});
    await("waits", s -> s.nodes.selected == 2);
    long begin = System.nanoTime();
    reports(a, "PROVEN1", TrialPhase.Waiting);
    awaitEntry("PROVEN1", e -> e.canaries().equals(List.of("a")));
    System.out.println(
        "a waiting node was answered after "
            + Duration.ofNanos(System.nanoTime() - begin).toMillis()
            + " ms");
    reports(b, "PROVEN1", TrialPhase.Waiting);
    await(
        "waits",
        s ->
            s.nodes.waiting == 2
                && s.problems.stream().anyMatch(p -> p.reason.equals("AwaitingCanary")));
    assertEquals(List.of("a"), entry("PROVEN1").orElseThrow().canaries());

    reports(a, "PROVEN1", TrialPhase.Running);
    reports(a, "PROVEN1", TrialPhase.Survived);
    awaitEntry("PROVEN1", e -> e.state() == State.PROVEN);
    Await.until(
        "an Event with reason ModuleProven",
        () ->
            events("ConfigMap", "dropprobe").stream()
                .anyMatch(e -> e.getReason().equals("ModuleProven")),
        OperatorSupport::everything);
  }

  @Test
  void trialGoesOnAfterARestartOfTheOperator() {
    FakeNode a = node("a");
    node("b");
    reports(a, "RESTART", TrialPhase.Waiting);
    awaitEntry("RESTART", e -> e.canaries().equals(List.of("a")));
    reports(a, "RESTART", TrialPhase.Running);
    restart(() -> {});
    reports(a, "RESTART", TrialPhase.Survived);
    awaitEntry("RESTART", e -> e.state() == State.PROVEN);
  }

  @Test
  void failedTrialIsAProblemOfTheNodesThatWait() {
    FakeNode a = node("a");
    FakeNode b = node("b");
    create("fails", p -> {});
    reports(a, "FAILS", TrialPhase.Waiting);
    awaitEntry("FAILS", e -> e.canaries().equals(List.of("a")));
    reports(b, "FAILS", TrialPhase.Waiting);
    reports(a, "FAILS", TrialPhase.Running);
    a.isNotReady();
    awaitEntry("FAILS", e -> e.failures().size() == 1);
    await(
        "fails",
        s ->
            s.problems.stream()
                .anyMatch(p -> p.reason.equals("CanaryFailed") && p.example.equals("b")));
    label("b", "zone", "one");
    admin
        .nodes()
        .withName("b")
        .edit(
            n -> {
              n.getMetadata().setAnnotations(Map.of(Names.RETRY_MODULE, "FAILS"));
              return n;
            });
    awaitEntry("FAILS", e -> e.canaries().equals(List.of("a", "b")));
    reports(b, "FAILS", TrialPhase.Survived);
    awaitEntry("FAILS", e -> e.state() == State.PROVEN);
  }

  /** As the documentation says for the time without an operator. */
  @Test
  void suspensionByHandEndsWhenAnOperatorRuns() {
    node("a");
    create("by-hand", p -> {});
    await("by-hand", s -> s.nodes.selected == 1);
    restart(
        () ->
            admin
                .resources(DropProbe.class)
                .withName("by-hand")
                .subresource("status")
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"status\":{\"suspended\":true}}"));
    await("by-hand", s -> s.suspended == null);
    awaitCondition("by-hand", "Ready", "False", "NodesPending");
  }

  @Test
  void offSwitchSuspendsAllDropProbesAndNoRolloutFollows() {
    FakeNode a = node("a");
    List<DropProbe> probes =
        List.of(create("one", p -> {}), create("two", p -> {}), create("three", p -> {}));
    a.counts(probes.get(0), ProbeState.Active, 7);
    awaitCondition("one", "Ready", "True", "Counting");
    Await.until("the DaemonSet exists", () -> daemonSet() != null, OperatorSupport::everything);
    Long generation = daemonSet().getMetadata().getGeneration();

    long begin = System.nanoTime();
    settings(data -> data.put("enabled", "false"));
    for (DropProbe p : probes) {
      await(p.getMetadata().getName(), s -> Boolean.TRUE.equals(s.suspended));
      awaitCondition(p.getMetadata().getName(), "Ready", "False", "Suspended");
    }
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    assertTrue(took.toSeconds() < 25, "a pass that nothing starts comes after 30 s: " + took);

    a.reports(
        s -> {
          s.module.state = ModuleState.Absent;
          var entry = entryOf(probes.get(0));
          entry.state = ProbeState.Removed;
          entry.lost = 7L;
          s.probes = List.of(entry);
        });
    await("one", s -> s.nodes.inactive == 1 && s.packets.lost == 7);
    assertEquals(
        "False",
        status("one").conditions.stream()
            .filter(c -> c.getType().equals("Degraded"))
            .findFirst()
            .orElseThrow()
            .getStatus());
    admin.resources(DropProbe.class).withName("two").delete();
    Await.until("two is deleted", () -> probe("two") == null, OperatorSupport::everything);

    settings(data -> data.put("enabled", "true"));
    await("one", s -> s.suspended == null);
    await("three", s -> s.suspended == null);
    awaitCondition("one", "Ready", "False", "NodesPending");
    assertEquals(generation, daemonSet().getMetadata().getGeneration());
    assertNull(status("one").suspended);
  }
}
