// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import io.dropprobe.api.schema.Times;
import io.dropprobe.api.trial.TrialEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.function.Predicate;

/** How many nodes must survive a module before all others load it. */
final class Wanted {
  /**
   * How long nodes are counted that have not built the module yet. A rollout brings it to one node
   * after the other; without them, the first would prove it alone.
   */
  static final Duration BUILDS = Duration.ofMinutes(30);

  private Wanted() {}

  /**
   * As many as the setting says; fewer if fewer nodes can have this module and this kernel. One
   * that has failed is not counted, unless the others wait for it.
   *
   * @param holders names of failed nodes that the others wait for
   * @param hasFailed by name of a node
   */
  static int of(
      TrialEntry trial,
      Set<String> holders,
      Predicate<String> hasFailed,
      Claims claims,
      Circumstances now) {
    int most = now.settings().canaries();
    if (most <= 1) {
      return 1;
    }
    long able =
        claims.with(trial.key()).stream()
            .filter(
                c ->
                    holders.contains(c.node().name())
                        || ((c.isWaiting() || c.isLoaded()) && !hasFailed.test(c.node().name())))
            .count();
    if (able < most && isNew(trial, now.wall())) {
      able += claims.mayClaim(trial.key()).filter(n -> !hasFailed.test(n)).limit(most).count();
    }
    return (int) Math.max(1, Math.min(most, able));
  }

  private static boolean isNew(TrialEntry trial, Instant now) {
    Instant since = Times.parseOrNull(trial.since());
    return since != null && now.isBefore(since.plus(BUILDS));
  }
}
