// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.agent.ManualTime;
import io.dropprobe.api.client.Time;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.trial.Hook;
import io.dropprobe.api.trial.TrialBoard;
import io.dropprobe.api.trial.TrialEntry;
import io.dropprobe.api.trial.TrialKey;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.api.v1alpha1.ModuleInfo;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.Predecessor;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.api.v1alpha1.Retired;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Reads and writes of the agent at a real API server. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KubernetesClusterIT {
  private static ApiServer server;
  private static KubernetesClient client;
  private static KubernetesCluster cluster;
  private static ServerSideApplyWriter writer;
  private static String nodeUid;
  private static String probeUid;
  private static final Semaphore CHANGES = new Semaphore(0);

  @BeforeAll
  static void start() {
    server = new ApiServer();
    client = server.client();
    nodeUid = client.resource(node("a")).create().getMetadata().getUid();
    client
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName("dropprobe-system")
                .endMetadata()
                .build())
        .create();
    cluster =
        new KubernetesCluster(
            client, "worker-1", "dropprobe-system", true, Duration.ofSeconds(1), CHANGES::release);
    cluster.start();
    writer =
        new ServerSideApplyWriter(
            client, "worker-1", () -> cluster.view().map(ClusterView::probes), Time.system());
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      writer.close();
      cluster.close();
      client.close();
      server.close();
    }
  }

  private static io.fabric8.kubernetes.api.model.Node node(String zone) {
    return new NodeBuilder()
        .withNewMetadata()
        .withName("worker-1")
        .addToLabels("zone", zone)
        .endMetadata()
        .build();
  }

  private static DropProbe probe(String name) {
    DropProbe p = new DropProbe();
    p.setMetadata(new ObjectMetaBuilder().withName(name).build());
    return p;
  }

  /** Only a failure takes this long. */
  private static final int DEADLINE_SECONDS = 120;

  /** Waits for a condition, checking it at each change and twice a second. */
  private static <T> T await(String what, Supplier<T> look, Predicate<T> good)
      throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
    T seen = look.get();
    while (!good.test(seen)) {
      assertTrue(System.nanoTime() < end, what + ": still " + seen);
      CHANGES.tryAcquire(500, TimeUnit.MILLISECONDS);
      seen = look.get();
    }
    return seen;
  }

  private static List<String> names() {
    return cluster.view().orElseThrow().probes().stream()
        .map(p -> p.getMetadata().getName())
        .sorted()
        .toList();
  }

  @Test
  @Order(1)
  void readsNodeAndDropProbesWithoutReport() throws InterruptedException {
    Optional<ClusterView> view = await("view", cluster::view, Optional::isPresent);
    assertEquals("a", view.orElseThrow().node().labels().get("zone"));
    assertNull(view.orElseThrow().report());
    probeUid = client.resource(probe("one")).create().getMetadata().getUid();
    await("one", KubernetesClusterIT::names, n -> n.equals(List.of("one")));
    assertEquals(true, cluster.view().orElseThrow().probes().get(0).getSpec().active);
  }

  /** The only object of its kind that is read. */
  @Test
  @Order(2)
  void followsTrialsAndNoOtherConfigMap() throws InterruptedException {
    TrialKey key = new TrialKey("AAAA", "b1", "6.1.0-9", "#1 SMP", Set.of(Hook.DROPS));
    TrialBoard board =
        TrialBoard.of(List.of(TrialEntry.begun(key, List.of(), "2026-01-01T00:00:00Z")));
    assertEquals(TrialBoard.EMPTY, cluster.view().orElseThrow().trials());
    for (String name : List.of("another", Names.TRIALS)) {
      client
          .resource(
              new ConfigMapBuilder()
                  .withNewMetadata()
                  .withName(name)
                  .withNamespace("dropprobe-system")
                  .endMetadata()
                  .withData(name.equals(Names.TRIALS) ? board.format() : Map.of())
                  .build())
          .create();
    }
    await("trials", () -> cluster.view().orElseThrow().trials(), board::equals);
    client.configMaps().inNamespace("dropprobe-system").withName(Names.TRIALS).delete();
    await("no trials", () -> cluster.view().orElseThrow().trials(), TrialBoard.EMPTY::equals);
  }

  @Test
  @Order(2)
  void followsNode() throws InterruptedException {
    client
        .nodes()
        .withName("worker-1")
        .edit(
            n -> new NodeBuilder(n).editMetadata().addToLabels("zone", "b").endMetadata().build());
    await("zone", () -> cluster.view().orElseThrow().node().labels().get("zone"), "b"::equals);
  }

  private static DropProbeNodeStatus status(long packets) {
    DropProbeNodeStatus s = new DropProbeNodeStatus();
    s.nodeUID = nodeUid;
    s.module = new ModuleInfo();
    s.module.state = ModuleState.Loaded;
    s.conditions =
        List.of(
            new ConditionBuilder()
                .withType("ModuleLoaded")
                .withStatus("True")
                .withReason("Loaded")
                .withMessage("")
                .withLastTransitionTime("2026-01-01T00:00:00Z")
                .build());
    s.reportedAt = "2026-01-01T00:00:00Z";
    ProbeReport p = new ProbeReport();
    p.name = "one";
    p.uid = probeUid;
    p.state = ProbeState.Active;
    p.lost = packets;
    s.probes = List.of(p);
    return s;
  }

  private static Exception write(DropProbeNodeStatus status) {
    return write(writer, status);
  }

  private static Exception write(ServerSideApplyWriter to, DropProbeNodeStatus status) {
    CompletableFuture<Optional<Exception>> done = new CompletableFuture<>();
    to.write(status, e -> done.complete(Optional.ofNullable(e)));
    return done.orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS).join().orElse(null);
  }

  private static DropProbeNode written() {
    return client.resources(DropProbeNode.class).withName("worker-1").get();
  }

  @Test
  @Order(3)
  void createsTheReportThenWritesItsStatus() {
    assertNull(write(status(7)));
    assertEquals(7, written().getStatus().probes.get(0).lost);
    assertEquals(List.of(), written().getMetadata().getOwnerReferences());
    String version = written().getMetadata().getResourceVersion();
    assertNull(write(status(7)));
    assertEquals(version, written().getMetadata().getResourceVersion());
  }

  @Test
  @Order(4)
  void removesFieldsAbsentInNextReport() {
    DropProbeNodeStatus s = status(8);
    s.probes = List.of();
    s.module.srcversion = null;
    assertNull(write(s));
    assertNull(written().getStatus().probes);
  }

  @Test
  @Order(5)
  void recreatesDeletedReport() {
    client.resources(DropProbeNode.class).withName("worker-1").delete();
    Exception first = write(status(9));
    assertTrue(first != null && first.getMessage().contains("not found"), String.valueOf(first));
    assertNull(write(status(9)));
    assertEquals(9, written().getStatus().probes.get(0).lost);
  }

  @Test
  @Order(5)
  void writesNoReportOfDeletedNode() {
    DropProbeNodeStatus s = status(9);
    s.nodeUID = "of-an-earlier-node";
    Exception e = write(s);
    assertTrue(e != null && e.getMessage().contains("nothing to report"), String.valueOf(e));
    assertEquals(nodeUid, written().getStatus().nodeUID);
  }

  @Test
  @Order(5)
  void keepsCountsOfEarlierNodeUntilFolded() throws InterruptedException {
    String earlier = nodeUid;
    String report = written().getMetadata().getUid();
    client.nodes().withName("worker-1").delete();
    nodeUid = client.resource(node("b")).create().getMetadata().getUid();
    DropProbe one = client.resources(DropProbe.class).withName("one").get();
    ManualTime time = new ManualTime();
    try (ServerSideApplyWriter next =
        new ServerSideApplyWriter(
            client, "worker-1", () -> cluster.view().map(ClusterView::probes), time)) {
      assertTrue(write(next, status(2)).getMessage().contains("waiting for the operator"));
      time.pass(Duration.ofSeconds(61));
      assertNull(write(next, status(2)));
      assertEquals(nodeUid, written().getStatus().nodeUID);
      Predecessor carried = written().getStatus().predecessors.get(0);
      assertEquals(earlier, carried.nodeUID);
      assertEquals(9, carried.probes.get(0).lost);

      fold(one, report + "/" + earlier);
      await(
          "folded",
          () -> {
            DropProbeNodeStatus s = status(2);
            next.complete(s);
            return s.predecessors;
          },
          Objects::isNull);
      assertNull(write(next, status(2)));
      // The operator forgets counts that no report carries any more.
      fold(one);
      await(
          "forgotten",
          () -> cluster.view().orElseThrow().probes().get(0).getStatus().retired.folded,
          f -> f == null || f.isEmpty());
      DropProbeNodeStatus later = status(3);
      next.complete(later);
      assertNull(later.predecessors, "it would be folded in again");
    }
  }

  @Test
  @Order(5)
  void carriesCountsOnlyIntoReportTheyWereReadFrom() {
    client.resources(DropProbeNode.class).withName("worker-1").delete();
    write(status(5));
    assertNull(write(status(5)));
    String earlier = nodeUid;
    client.nodes().withName("worker-1").delete();
    nodeUid = client.resource(node("b")).create().getMetadata().getUid();
    ManualTime time = new ManualTime();
    try (ServerSideApplyWriter next =
        new ServerSideApplyWriter(client, "worker-1", Optional::empty, time)) {
      write(next, status(2));
      time.pass(Duration.ofSeconds(61));
      assertNull(write(next, status(2)));
      assertEquals(earlier, written().getStatus().predecessors.get(0).nodeUID);
      client.resources(DropProbeNode.class).withName("worker-1").delete();
      DropProbeNode another = new DropProbeNode();
      another.setMetadata(new ObjectMetaBuilder().withName("worker-1").build());
      client.resource(another).create();
      assertNotNull(write(next, status(3)));
      assertNull(written().getStatus());
      assertNull(write(next, status(9)));
      assertNull(written().getStatus().predecessors);
    }
  }

  /** Writes what the operator writes after it has folded in a deleted Node's counts. */
  private static void fold(DropProbe probe, String... owners) {
    probe.setStatus(new DropProbeStatus());
    probe.getStatus().retired = new Retired();
    probe.getStatus().retired.folded = List.of(owners);
    probe.getMetadata().setResourceVersion(null);
    client.resource(probe).patchStatus();
  }

  @Test
  @Order(6)
  void readsOwnReportAfterRestartAndThoseOfOtherNodes() throws InterruptedException {
    try (KubernetesCluster next =
        new KubernetesCluster(
            client,
            "worker-1",
            "dropprobe-system",
            true,
            Duration.ofSeconds(1),
            CHANGES::release)) {
      next.start();
      ClusterView view = await("view", next::view, Optional::isPresent).orElseThrow();
      assertEquals(9, view.report().probes.get(0).lost);
      DropProbeNodeStatus report = next.reportOf("worker-1").join().orElseThrow();
      assertEquals(9, report.probes.get(0).lost);
      assertEquals(Optional.empty(), next.reportOf("worker-9").join());
    }
  }

  @Test
  @Order(7)
  void asksOnShutdownAndSeesDeletedNamespace() {
    assertEquals(1, cluster.ask().orElseThrow().probes().size());
    client
        .namespaces()
        .withName("dropprobe-system")
        .edit(
            n ->
                new NamespaceBuilder(n)
                    .editMetadata()
                    .addToFinalizers("dropprobe.io/test")
                    .endMetadata()
                    .build());
    client.namespaces().withName("dropprobe-system").delete();
    assertEquals(List.of(), cluster.ask().orElseThrow().probes());
  }

  @Test
  @Order(8)
  void asksOnShutdownAndSeesDeletedKinds() throws InterruptedException {
    client
        .apiextensions()
        .v1()
        .customResourceDefinitions()
        .withName("dropprobes.dropprobe.io")
        .delete();
    await(
        "an answer without probes",
        () -> cluster.ask().map(v -> v.probes().size()).orElse(-1),
        n -> n == 0);
  }

  @Test
  @Order(9)
  void unreachableServerGivesNoAnswer() {
    server.close();
    assertEquals(Optional.empty(), cluster.ask());
    assertTrue(cluster.view().isPresent(), "the last view stays");
    assertTrue(write(status(10)) != null);
  }
}
