// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.trial.TrialEntry;
import io.dropprobe.operator.cluster.ClusterNode;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What users read about trials. */
public final class Texts {
  private Texts() {}

  static String proven(TrialEntry entry, Collection<String> by) {
    String when =
        entry.spreadSeconds() == 0 ? "now" : "within %d seconds".formatted(entry.spreadSeconds());
    return "module %s is proven on kernel %s by %s; all nodes with this kernel load it %s"
        .formatted(entry.key().srcversion(), entry.key().release(), String.join(", ", by), when);
  }

  /**
   * Says which failures keep nodes from loading a module. The next step comes before the list of
   * nodes, whose end may be cut off.
   *
   * @param nodes of the cluster, by name
   * @return empty if no failure does; otherwise what happened, and the next step
   */
  public static Optional<String> blocked(
      TrialEntry entry, Map<String, ClusterNode> nodes, Instant now) {
    if (entry.state() == TrialEntry.State.PROVEN) {
      return Optional.empty();
    }
    if (Failures.stop(entry.failures())) {
      return Optional.of(
          blocked(
              entry,
              entry.canaries().isEmpty()
                  ? "no node loads it"
                  : "it is tried once more on " + String.join(", ", entry.canaries())));
    }
    // One that does not hold the module any more is no canary, or only one of several.
    boolean held =
        Failures.holders(entry.failures(), entry.key(), nodes, now).stream()
            .anyMatch(entry.canaries()::contains);
    return !held
        ? Optional.empty()
        : Optional.of(blocked(entry, "the others wait until it survives there, for a day at most"));
  }

  /** The Event of a failure; empty if no node waits for that. */
  static Optional<Notice> failed(TrialEntry entry, Circumstances now) {
    return blocked(entry, now.nodes(), now.wall())
        .map(text -> new Notice(true, Conditions.Problem.CANARY_FAILED, text));
  }

  private static String blocked(TrialEntry entry, String effect) {
    int failed = entry.failures().size();
    return "the module failed on %d node%s, and %s; install a fixed builderImage, or retry: kubectl annotate node NODE %s=%s; %s"
        .formatted(
            failed,
            failed == 1 ? "" : "s",
            effect,
            Names.RETRY_MODULE,
            entry.key().srcversion(),
            entry.failures().stream()
                .map(f -> "%s %s (%s)".formatted(f.node(), f.what(), f.at()))
                .collect(Collectors.joining(", ")));
  }
}
