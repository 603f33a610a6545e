// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.rules.NodeFacts;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.operator.cluster.ClusterNode;
import io.dropprobe.operator.cluster.Snapshot;
import io.dropprobe.operator.settings.Settings;
import io.dropprobe.operator.testing.Reports;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The pod template while nodes that no probe selects any more become clean. */
class KeptNodesTest {
  private static final KubernetesSerialization JSON = new KubernetesSerialization();

  private final Map<String, ClusterNode> nodes = new HashMap<>();
  private final Map<String, DropProbeNode> reports = new HashMap<>();
  private final Map<String, DropProbe> probes = new HashMap<>();
  private Instant now = Instant.parse("2026-01-01T12:00:00.5Z");
  private DaemonSet actual;
  private int changes;

  @BeforeEach
  void probeIsNarrowedToOneOfFourNodes() {
    List.of("a", "b", "c", "selected").forEach(this::loaded);
    selects("all", Map.of());
    pass();
    probes.clear();
    selects("narrow", Map.of("name", "selected"));
    pass();
    assertKept("a", "b", "c");
    changes = 0;
  }

  @Test
  void templateChangesOnceWhenTheLastNodeIsClean() {
    clean("b");
    pass();
    clean("a");
    pass();
    assertKept("a", "b", "c");
    assertEquals(0, changes);
    clean("c");
    pass();
    assertKept();
    pass();
    assertEquals(1, changes);
  }

  @Test
  void aNodeThatStaysLoadedHoldsBackTheOthersForFiveMinutes() {
    clean("a");
    now = now.plusSeconds(299);
    pass();
    assertEquals(0, changes);
    now = now.plusSeconds(1);
    pass();
    assertKept("b", "c");
    clean("b");
    pass();
    assertEquals(1, changes);
    now = now.plusSeconds(300);
    pass();
    assertKept("c");
    now = now.plusSeconds(3600);
    pass();
    assertEquals(2, changes);
  }

  @Test
  void aNewProbeDropsWhatIsCleanInTheSameChange() {
    clean("a");
    pass();
    selects("new", Map.of("name", "b"));
    pass();
    assertKept("c");
    assertEquals(1, changes);
    // The new template is held back, too.
    loaded("d");
    clean("c");
    pass();
    assertKept();
    assertEquals(2, changes);
    now = now.plus(KeptNodes.LONGEST);
    pass();
    assertKept("d");
    assertEquals(3, changes);
  }

  @Test
  void aNodeThatIsDeselectedLaterIsKeptFiveMinutesAfterTheLastChange() {
    clean("a");
    pass();
    loaded("d");
    now = now.plusSeconds(299);
    pass();
    assertKept("a", "b", "c");
    assertEquals(0, changes);
    now = now.plusSeconds(1);
    pass();
    assertKept("b", "c", "d");
    assertEquals(1, changes);
  }

  @Test
  void aNodeThatIsDeselectedWithTheProbeIsKeptAtOnce() {
    loaded("d");
    selects("new", Map.of("name", "b"));
    pass();
    assertKept("a", "c", "d");
    assertEquals(1, changes);
  }

  @Test
  void aNodeThatFlipsItsReportChangesTheTemplateTwiceInFiveMinutes() {
    assertAtMostTwoChangesInFiveMinutes(
        i -> reports.get("a").getStatus().module.state = module(i), List.of("b", "c"));
    assertAtMostTwoChangesInFiveMinutes(
        i -> {
          reports.get("a").getStatus().module.state = module(i);
          reports.get("b").getStatus().module.state = module(i + 1);
        },
        List.of());
  }

  @Test
  void aNodeThatFlipsItsLabelsChangesTheTemplateTwiceInFiveMinutes() {
    assertAtMostTwoChangesInFiveMinutes(
        i -> label("a", i % 2 == 0 ? Map.of("name", "selected") : Map.of("name", "a")),
        List.of("b", "c"));
  }

  @Test
  void aNodeThatFlipsAnObstacleChangesTheTemplateTwiceInFiveMinutes() {
    assertAtMostTwoChangesInFiveMinutes(
        i -> label("a", i % 2 == 0 ? Map.of("type", "kwok") : Map.of()), List.of("b", "c"));
  }

  @Test
  void aSelectedNodeThatFlipsAnObstacleNeverChangesTheTemplate() {
    List.of("a", "b", "c").forEach(this::clean);
    pass();
    changes = 0;
    for (int i = 0; i < 100; i++) {
      label("selected", i % 2 == 0 ? Map.of("type", "kwok") : Map.of());
      now = now.plusSeconds(20);
      pass();
    }
    assertEquals(0, changes);
  }

  /** The node flips every 20 s for an hour, after some others have become clean. */
  private void assertAtMostTwoChangesInFiveMinutes(IntConsumer flip, List<String> clean) {
    clean.forEach(this::clean);
    List<Instant> at = new ArrayList<>();
    for (int i = 0; i < 180; i++) {
      flip.accept(i);
      now = now.plusSeconds(20);
      int before = changes;
      pass();
      if (changes > before) {
        at.add(now);
      }
    }
    assertTrue(at.size() >= 2, "the flips have no effect, so the test shows nothing");
    for (int i = 2; i < at.size(); i++) {
      assertFalse(at.get(i).isBefore(at.get(i - 2).plus(KeptNodes.LONGEST)), at::toString);
    }
  }

  private static ModuleState module(int i) {
    return i % 2 == 0 ? ModuleState.Absent : ModuleState.Loaded;
  }

  /** Gives a node labels besides those of {@link #loaded}, as its kubelet can. */
  private void label(String name, Map<String, String> labels) {
    Map<String, String> all = new TreeMap<>(Map.of("kubernetes.io/os", "linux", "name", name));
    all.putAll(labels);
    nodes.put(
        name,
        ClusterNode.of(
            new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(all)
                .endMetadata()
                .build()));
  }

  @Test
  void aNodeThatIsDeletedChangesNothing() {
    nodes.remove("a");
    reports.remove("a");
    pass();
    assertEquals(0, changes);
  }

  @Test
  void toleratesTheTaintsOfNodesThatAreCleanUntilTheyAreDropped() {
    loaded("d", new Taint("NoExecute", "gpu", null, null));
    now = now.plus(KeptNodes.LONGEST);
    pass();
    assertKept("a", "b", "c", "d");
    changes = 0;
    clean("d");
    pass();
    assertEquals(0, changes);
  }

  @Test
  void fullListIsNotRefilledOneByOne() {
    for (int i = 0; i < 300; i++) {
      loaded("n%03d".formatted(i));
    }
    actual = null;
    pass();
    assertEquals(KeptNodes.MOST, kept().size());
    changes = 0;
    List.of("n000", "n001", "n002").forEach(this::clean);
    pass();
    assertEquals(0, changes);
    now = now.plusSeconds(300);
    pass();
    assertEquals(KeptNodes.MOST, kept().size());
    assertTrue(kept().contains("n199"));
    assertEquals(1, changes);
  }

  @Test
  void startsAnewIfSomebodyRemovesTheAnnotations() {
    clean("a");
    actual.getMetadata().setAnnotations(null);
    pass();
    assertKept("b", "c");
  }

  private void pass() {
    Settings settings = Settings.parse(Map.of("agentImage", "agent", "builderImage", "builder"));
    Snapshot cluster = new Snapshot(nodes, reports, probes);
    // All that an operator which has just started knows.
    DaemonSet read = actual == null ? null : JSON.clone(actual);
    String rest = AgentDaemonSet.digest(settings, AgentPlacement.of(cluster, List.of()));
    KeptNodes kept =
        KeptNodes.of(
            KeptNodes.unclean(cluster), AppliedAgents.of(Optional.ofNullable(read)), rest, now);
    AgentPlacement placement = AgentPlacement.of(cluster, kept.names());
    var rollout =
        new AgentDaemonSet.Rollout(
            MaxUnavailable.of(cluster, placement, Optional.ofNullable(read)), rest, kept.since());
    DaemonSet desired = AgentDaemonSet.desired(settings, placement, rollout, "dropprobe-system");
    boolean changed =
        read != null && !desired.getSpec().getTemplate().equals(read.getSpec().getTemplate());
    if (read != null && !changed && read.getMetadata().getAnnotations() != null) {
      assertEquals(read, desired, "written again for nothing");
    }
    changes += changed ? 1 : 0;
    actual = desired;
    now = now.plusMillis(1);
  }

  private void selects(String name, Map<String, String> nodeSelector) {
    DropProbe probe = new DropProbe();
    probe.getMetadata().setName(name);
    probe.getSpec().nodeSelector = nodeSelector;
    probes.put(name, probe);
  }

  private void loaded(String name, Taint... taints) {
    Map<String, String> labels = Map.of("kubernetes.io/os", "linux", "name", name);
    nodes.put(
        name,
        new ClusterNode(
            name, new NodeFacts("", labels, List.of(taints)), "boot", "", true, false, null, null));
    reports.put(name, Reports.report(name, now));
  }

  private void clean(String name) {
    reports.get(name).getStatus().module.state = ModuleState.Absent;
  }

  private TreeSet<String> kept() {
    return new TreeSet<>(AppliedAgents.of(Optional.of(actual)).kept());
  }

  private void assertKept(String... names) {
    assertEquals(new TreeSet<>(List.of(names)), kept());
  }
}
