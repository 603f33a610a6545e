// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import io.dropprobe.api.trial.Hook;
import io.dropprobe.api.trial.TrialEntry;
import io.dropprobe.api.trial.TrialKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The proven keys, found by module and kernel: with thousands of different keys, to compare each
 * with each would take seconds.
 */
final class Proofs {
  private final Map<TrialKey, List<Set<Hook>>> hooks = new HashMap<>();

  private Proofs() {}

  static Proofs of(Collection<TrialEntry> entries) {
    Proofs proofs = new Proofs();
    entries.stream()
        .filter(e -> e.state() == TrialEntry.State.PROVEN)
        .map(TrialEntry::key)
        .forEach(
            k ->
                proofs
                    .hooks
                    .computeIfAbsent(k.with(Set.of()), m -> new ArrayList<>())
                    .add(k.hooks()));
    return proofs;
  }

  /** Whether a key, or one with more hooks, is proven. */
  boolean cover(TrialKey key) {
    return hooks.getOrDefault(key.with(Set.of()), List.of()).stream()
        .anyMatch(h -> h.containsAll(key.hooks()));
  }
}
