// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import io.dropprobe.api.trial.Hook;
import io.dropprobe.api.trial.TrialKey;
import io.dropprobe.operator.cluster.Snapshot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What all nodes say about modules, found by key and by node. A report is about one key. */
final class Claims {
  private static final List<Set<Hook>> HOOKS =
      List.of(Set.of(), Hook.of(false), Set.of(Hook.STAGES), Hook.of(true));

  private final Map<TrialKey, Map<String, Claim>> byKey = new HashMap<>();
  private final Map<String, Claim> byNode = new HashMap<>();
  private final Map<TrialKey, List<Claim>> down = new HashMap<>();

  /** The claims of a snapshot. */
  Claims(Snapshot cluster) {
    cluster.nodes().values().stream()
        .flatMap(n -> Claim.of(n, cluster.reportOf(n)).stream())
        .forEach(this::add);
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
}
