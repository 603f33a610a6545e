// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.trial.TrialEntry;
import io.dropprobe.api.trial.TrialEntry.Failure;
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
              nodes,
              entry.canaries().isEmpty()
                  ? "no node loads it"
                  : "it is tried once more on " + String.join(", ", entry.canaries())));
    }
    if (!Failures.hold(entry.failures(), now)) {
      return Optional.empty();
    }
    boolean again = !Failures.holders(entry.failures(), nodes, now).isEmpty();
    return Optional.of(
        blocked(
            entry,
            nodes,
            again
                ? "the others wait until it survives there, for a day at most"
                : "the others wait for a day"));
  }

  /** The Event of a failure; empty if no node waits for that. */
  static Optional<Notice> failed(TrialEntry entry, Circumstances now) {
    return blocked(entry, now.nodes(), now.wall())
        .map(text -> new Notice(true, Conditions.Problem.CANARY_FAILED, text));
  }

  private static String blocked(TrialEntry entry, Map<String, ClusterNode> nodes, String effect) {
    int failed = entry.failures().size();
    return "the module failed on %d node%s, and %s; install a fixed builderImage, or retry: kubectl annotate --overwrite node NODE %s=%s; %s"
        .formatted(
            failed,
            failed == 1 ? "" : "s",
            effect,
            Names.RETRY_MODULE,
            entry.key().srcversion(),
            entry.failures().stream().map(f -> text(f, nodes)).collect(Collectors.joining(", ")));
  }

  private static String text(Failure failure, Map<String, ClusterNode> nodes) {
    return "%s %s (%s%s)"
        .formatted(
            failure.node(),
            failure.what(),
            failure.at(),
            Failures.exists(failure, nodes) ? "" : "; its Node is deleted");
  }
}
