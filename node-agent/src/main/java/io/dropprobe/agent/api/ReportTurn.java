package io.dropprobe.agent.api;

import java.time.Duration;
import java.util.Optional;

/**
 * Whether a report may be made under a Node's name now. The operator folds the share of a Node that
 * is gone in, once for each Node, and deletes the report: a report that is made again after that
 * would be folded in again, and one that is overwritten before it would be lost.
 */
final class ReportTurn {
  /** How long the operator has to fold an earlier Node's share in. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private String awaited;
  private long until;

  /**
   * What is in the way.
   *
   * @param node name of the Node
   * @param reportOf uid of the Node that the report is of
   * @param live uid of the Node as it is now; null when there is none
   * @param existing uid of the Node that the present report is of; null when there is no report, or
   *     one that does not say
   * @param now in milliseconds of the clock
   */
  Optional<String> obstacle(String node, String reportOf, String live, String existing, long now) {
    if (live == null || !live.equals(reportOf)) {
      return Optional.of("Node " + node + " (uid " + reportOf + ") is gone: nothing to report");
    }
    if (existing == null || existing.equals(reportOf)) {
      return Optional.empty();
    }
    if (!existing.equals(awaited)) {
      awaited = existing;
      until = now + PATIENCE.toMillis();
    }
    return now >= until
        ? Optional.empty()
        : Optional.of(
            "DropProbeNode "
                + node
                + " is of an earlier Node (uid "
                + existing
                + "): waiting for the operator to fold it in");
  }
}
