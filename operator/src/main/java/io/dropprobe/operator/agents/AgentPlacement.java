// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.agents;

import io.dropprobe.api.rules.NodeSelection;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.ModuleInfo;
import io.dropprobe.api.v1alpha1.ProbeToleration;
import io.dropprobe.operator.cluster.ClusterNode;
import io.dropprobe.operator.cluster.NodeObstacle;
import io.dropprobe.operator.cluster.Snapshot;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.NodeSelectorTermBuilder;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where agents run: on the union of all probes' nodes, and on nodes that no probe selects any more,
 * until their report says that the module is unloaded.
 *
 * @param selected one term for each distinct selector, without those that another selector
 *     includes; sorted; empty if no agent can run on a node that a probe selects. The terms exclude
 *     nodes whose labels say that no agent can run there, see {@link NodeObstacle}
 * @param kept one term for each of {@link KeptNodes}; sorted
 * @param tolerations the union of all probes' tolerations, those that kept nodes need, and the
 *     lifecycle taints that the DaemonSet controller does not tolerate by itself; sorted
 */
record AgentPlacement(
    List<NodeSelectorTerm> selected, List<NodeSelectorTerm> kept, List<Toleration> tolerations) {

  /** The only field of a Node that a term can match. */
  static final String NODE_NAME = "metadata.name";

  private static final List<String> ALWAYS =
      List.of("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable");

  private static final List<ProbeToleration> NONE = List.of();

  /**
   * @param kept names of {@link KeptNodes}; empty for the placement without them
   */
  static AgentPlacement of(Snapshot cluster, List<String> kept) {
    Collection<DropProbe> probes = cluster.probes().values();
    return new AgentPlacement(
        selectors(probes),
        kept.stream().map(AgentPlacement::only).toList(),
        tolerations(
            probes, kept.stream().map(cluster.nodes()::get).filter(Objects::nonNull).toList()));
  }

  /** Whether an agent stays on the node of this name although no probe selects it. */
  boolean keeps(String node) {
    return kept.contains(only(node));
  }

  private static List<NodeSelectorTerm> selectors(Collection<DropProbe> probes) {
    List<TreeMap<String, String>> selectors = distinctSelectors(probes);
    return selectors.stream()
        .filter(s -> selectors.stream().noneMatch(wider -> isWider(wider, s)))
        .map(AgentPlacement::all)
        .toList();
  }

  /**
   * Whether a selector includes all nodes of another. The other adds no node; its term would only
   * change the pod template, which restarts every agent.
   */
  private static boolean isWider(Map<String, String> wider, Map<String, String> selector) {
    return wider.size() < selector.size() && selector.entrySet().containsAll(wider.entrySet());
  }

  private static List<TreeMap<String, String>> distinctSelectors(Collection<DropProbe> probes) {
    return probes.stream()
        .map(p -> p.getSpec().nodeSelector)
        .map(s -> new TreeMap<>(s == null ? Map.<String, String>of() : s))
        .filter(s -> s.getOrDefault(Names.OS_LABEL, Names.LINUX).equals(Names.LINUX))
        .filter(s -> !NodeObstacle.isIn(s))
        .peek(s -> s.put(Names.OS_LABEL, Names.LINUX))
        .peek(s -> s.put(Names.ARCH_LABEL, Names.ARCHITECTURE))
        .distinct()
        .sorted(Comparator.comparing(Object::toString))
        .toList();
  }

  private static NodeSelectorTerm all(TreeMap<String, String> labels) {
    return new NodeSelectorTermBuilder()
        .withMatchExpressions(
            Stream.concat(
                    labels.entrySet().stream().map(e -> in(e.getKey(), e.getValue())),
                    NodeObstacle.VIRTUAL.entrySet().stream()
                        .map(e -> new NodeSelectorRequirement(e.getKey(), "NotIn", e.getValue())))
                .sorted(Comparator.comparing(NodeSelectorRequirement::getKey))
                .toList())
        .build();
  }

  private static NodeSelectorTerm only(String node) {
    return new NodeSelectorTermBuilder().withMatchFields(in(NODE_NAME, node)).build();
  }

  private static NodeSelectorRequirement in(String key, String value) {
    return new NodeSelectorRequirement(key, "In", List.of(value));
  }

  /**
   * Whether an agent may run on a node. More nodes than the probes select: the labels may match one
   * probe and the tolerations be those of another, and a running pod stays when a NoSchedule taint
   * is added.
   */
  static boolean covers(Collection<DropProbe> probes, ClusterNode node) {
    List<ProbeToleration> union = given(probes);
    return node.obstacle() == null
        && probes.stream().anyMatch(p -> NodeSelection.matchesLabels(p.getSpec(), node.facts()))
        && node.facts().taints().stream()
            .allMatch(t -> !"NoExecute".equals(t.getEffect()) || NodeSelection.tolerated(t, union));
  }

  /** Whether the module is not in the kernel, according to a report. */
  static boolean isClean(DropProbeNode report) {
    ModuleInfo module = report.getStatus() == null ? null : report.getStatus().module;
    if (module == null || module.state == null) {
      return true;
    }
    return switch (module.state) {
      case Absent -> true;
      // A module may be loaded although a newer one can't be built.
      case Unsupported, Failed -> module.srcversion == null;
      case Building, Loaded -> false;
    };
  }

  private static List<Toleration> tolerations(
      Collection<DropProbe> probes, List<ClusterNode> kept) {
    Set<Toleration> union = new LinkedHashSet<>();
    ALWAYS.forEach(key -> union.add(exists(key)));
    NodeSelection.TRANSIENT_TAINTS.forEach(key -> union.add(noSchedule(key)));
    List<ProbeToleration> given = given(probes);
    given.stream().map(AgentPlacement::toleration).forEach(union::add);
    Set<String> keys = new HashSet<>();
    for (ClusterNode node : kept) {
      for (Taint taint : node.facts().taints()) {
        if (!NodeSelection.tolerated(taint, given) && keys.add(taint.getKey())) {
          union.add(exists(taint.getKey()));
        }
      }
    }
    return union.stream().sorted(Comparator.comparing(AgentPlacement::order)).toList();
  }

  private static List<ProbeToleration> given(Collection<DropProbe> probes) {
    return probes.stream()
        .flatMap(p -> Objects.requireNonNullElse(p.getSpec().tolerations, NONE).stream())
        .toList();
  }

  private static Toleration exists(String key) {
    return new TolerationBuilder().withKey(key).withOperator("Exists").build();
  }

  private static Toleration noSchedule(String key) {
    return new TolerationBuilder(exists(key)).withEffect("NoSchedule").build();
  }

  private static String order(Toleration t) {
    return String.join(
        "\u0000", text(t.getKey()), text(t.getOperator()), text(t.getValue()), text(t.getEffect()));
  }

  private static String text(@Nullable String s) {
    return s == null ? "" : s;
  }

  /** Leaves empty fields out, because the server-side-apply matcher would never see them match. */
  private static Toleration toleration(ProbeToleration t) {
    return new TolerationBuilder()
        .withKey(emptyToNull(t.key))
        .withOperator(t.operator == null ? "Equal" : t.operator.name())
        .withValue(emptyToNull(t.value))
        .withEffect(t.effect == null ? null : t.effect.name())
        .build();
  }

  private static @Nullable String emptyToNull(@Nullable String s) {
    return s == null || s.isEmpty() ? null : s;
  }
}
