// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import io.dropprobe.api.trial.Hook;
import io.dropprobe.api.trial.TrialKey;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.operator.cluster.ClusterNode;
import io.dropprobe.operator.cluster.Snapshot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What all nodes say about modules, found by key and by node. A report is about one key. */
final class Claims {
  private static final List<Set<Hook>> HOOKS =
      List.of(Set.of(), Hook.of(false), Set.of(Hook.STAGES), Hook.of(true));

  private final Map<TrialKey, Map<String, Claim>> byKey = new HashMap<>();
  private final Map<String, Claim> byNode = new HashMap<>();
  private final Map<TrialKey, List<Claim>> down = new HashMap<>();
  private final Map<String, ModuleReport> reports = new HashMap<>();

  /** The claims of a snapshot. */
  Claims(Snapshot cluster) {
    for (ClusterNode node : cluster.nodes().values()) {
      DropProbeNode report = cluster.reportOf(node);
      Claim.of(node, report).ifPresent(this::add);
      ModuleReport.of(node, report).ifPresent(r -> reports.put(node.name(), r));
    }
  }

  private void add(Claim claim) {
    byNode.put(claim.node().name(), claim);
    byKey.computeIfAbsent(claim.key(), k -> new HashMap<>()).put(claim.node().name(), claim);
    if (claim.isDown()) {
      down.computeIfAbsent(claim.key().with(Set.of()), k -> new ArrayList<>()).add(claim);
    }
  }

  /** All keys that a report names. */
  Set<TrialKey> keys() {
    return byKey.keySet();
  }

  /** The claims with exactly this key. */
  Collection<Claim> with(TrialKey key) {
    Map<String, Claim> found = byKey.get(key);
    return found == null ? List.of() : found.values();
  }

  /** Whether a report names this module with these hooks, or fewer. */
  boolean about(TrialKey key) {
    return HOOKS.stream().map(key::with).anyMatch(k -> key.covers(k) && byKey.containsKey(k));
  }

  /** The claims of nodes that went down with this module and these hooks, or fewer. */
  List<Claim> down(TrialKey key) {
    return down.getOrDefault(key.with(Set.of()), List.of()).stream()
        .filter(c -> key.covers(c.key()))
        .toList();
  }

  /** What a node says about exactly this key; null means that it says nothing about it. */
  @Nullable Claim of(String node, TrialKey key) {
    Claim claim = byNode.get(node);
    return claim == null || !claim.key().equals(key) ? null : claim;
  }

  /** What a node says, about whatever key; null means nothing. */
  @Nullable Claim of(String node) {
    return byNode.get(node);
  }

  /**
   * The names of nodes that may soon claim a key. Those are left out that do so now, or claim the
   * same module with other hooks.
   */
  Stream<String> mayClaim(TrialKey key) {
    return reports.values().stream()
        .filter(r -> r.mayClaim(key))
        .map(r -> r.node().name())
        .filter(
            n -> {
              Claim said = byNode.get(n);
              return said == null || !said.key().sameModule(key);
            });
  }

  /**
   * Whether a node has ended its trial of a key because its probes need less: no module at all, or
   * the same one with fewer hooks.
   *
   * @param boot in which the trial began; empty if unknown
   */
  boolean needsLess(String node, TrialKey key, String boot) {
    ModuleReport report = reports.get(node);
    if (report != null && report.needsNone(boot)) {
      return true;
    }
    Claim said = byNode.get(node);
    return said != null
        && said.isLoaded()
        && said.isOfBoot(boot)
        && !said.key().equals(key)
        && key.covers(said.key());
  }
}
