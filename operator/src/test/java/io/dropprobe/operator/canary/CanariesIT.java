// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.rules.NodeFacts;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.trial.TrialBoard;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.Trial;
import io.dropprobe.api.v1alpha1.TrialPhase;
import io.dropprobe.operator.cluster.ClusterCache;
import io.dropprobe.operator.cluster.ClusterNode;
import io.dropprobe.operator.cluster.Snapshot;
import io.dropprobe.operator.events.EventRecorder;
import io.dropprobe.operator.runtime.OperatorNamespace;
import io.dropprobe.operator.settings.Settings;
import io.dropprobe.operator.testing.ApiServer;
import io.dropprobe.operator.testing.Reports;
import io.dropprobe.operator.testing.TestClock;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The ConfigMap with the proofs, on a real API server and with the operator's account. */
class CanariesIT {
  private final TestClock clock = new TestClock();
  private final Map<String, ClusterNode> nodes = new HashMap<>();
  private final Map<String, DropProbeNode> reports = new HashMap<>();
  private ApiServer api;
  private Canaries canaries;

  @BeforeEach
  void start() {
    api = ApiServer.get();
    live().delete();
    canaries = canaries();
  }

  private Canaries canaries() {
    KubernetesClient client = api.operator();
    return new Canaries(
        client,
        new OperatorNamespace(ApiServer.NAMESPACE),
        new ClusterCache(client, clock),
        new EventRecorder(client, clock),
        clock);
  }

  private Resource<ConfigMap> live() {
    return api.admin().configMaps().inNamespace(ApiServer.NAMESPACE).withName(Names.TRIALS);
  }

  private TrialBoard stored() {
    return TrialBoard.parse(live().get().getData());
  }

  private Duration pass(Canaries by) {
    ConfigMap settings =
        api.admin().configMaps().inNamespace(ApiServer.NAMESPACE).withName(Names.SETTINGS).get();
    return by.pass(new Snapshot(nodes, reports, Map.of()), Settings.DEFAULTS, settings);
  }

  private void waits(String node, String srcversion) {
    nodes.put(
        node,
        new ClusterNode(
            node,
            new NodeFacts("uid", Map.of(), List.of()),
            "",
            "6.12.0-test",
            true,
            false,
            null,
            null));
    DropProbeNode r = Reports.report(node, clock.wall());
    r.getStatus().kernel.version = "#1";
    r.getStatus().module.trial = new Trial();
    r.getStatus().module.trial.phase = TrialPhase.Waiting;
    r.getStatus().module.trial.srcversion = srcversion;
    r.getStatus().module.trial.builder = "b";
    r.getStatus().module.trial.hooks = "drops";
    reports.put(node, r);
  }

  @Test
  void configMapIsCreatedBeforeAnyNodeWaits() {
    pass(canaries);
    assertEquals(TrialBoard.EMPTY, stored());
    assertEquals(
        "dropprobe-operator",
        live().get().getMetadata().getLabels().get("app.kubernetes.io/managed-by"));
  }

  @Test
  void nothingIsWrittenWhileNothingChanges() {
    waits("a", "ABC");
    pass(canaries);
    String version = live().get().getMetadata().getResourceVersion();
    clock.passes(Duration.ofSeconds(90));
    pass(canaries);
    assertEquals(version, live().get().getMetadata().getResourceVersion());
  }

  @Test
  void nextOperatorReadsWhatTheLastHasWritten() {
    waits("a", "ABC");
    pass(canaries);
    reports.clear();
    waits("b", "ABC");
    Canaries next = canaries();
    int[] calls = {0};
    next.onChange(() -> calls[0]++);
    pass(next);
    assertEquals(stored(), next.board());
    assertTrue(calls[0] > 0);
    assertEquals(
        List.of("b"), stored().entries().iterator().next().canaries(), "a waits no longer");
  }

  @Test
  void deletedConfigMapIsWrittenAgain() {
    waits("a", "ABC");
    pass(canaries);
    TrialBoard before = stored();
    live().delete();
    clock.passes(Duration.ofMinutes(1));
    pass(canaries);
    assertEquals(before.entries().size(), stored().entries().size());
  }

  @Test
  void whatDoesNotBelongThereGoesWithTheNextWrite() {
    waits("a", "ABC");
    pass(canaries);
    live()
        .edit(
            m -> {
              m.getData().put("note", "by hand");
              return m;
            });
    waits("b", "DEF");
    assertThrows(
        KubernetesClientException.class, () -> pass(canaries), "somebody else has written");
    pass(canaries);
    assertEquals(2, live().get().getData().size());
    assertEquals(2, stored().entries().size());
    reports.remove("b");
    pass(canaries);
    assertEquals(1, live().get().getData().size());
  }

  @Test
  void nodeThatInventsModulesDoesNotCauseAWriteForEach() {
    for (int i = 0; i < 20; i++) {
      waits("a", "lie" + i);
      pass(canaries);
    }
    String version = live().get().getMetadata().getResourceVersion();
    waits("a", "onemore");
    waits("b", "ABC");
    assertEquals(Duration.ofSeconds(10), pass(canaries));
    assertEquals(version, live().get().getMetadata().getResourceVersion());
    clock.passes(Duration.ofSeconds(10));
    pass(canaries);
    assertTrue(stored().entries().stream().anyMatch(t -> t.canaries().contains("b")));
  }
}
