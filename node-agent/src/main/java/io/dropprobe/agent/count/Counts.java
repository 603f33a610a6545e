// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import io.dropprobe.api.catalog.Effect;
import io.dropprobe.api.schema.Sums;
import io.dropprobe.api.v1alpha1.Counters;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a probe has counted. Nothing in it ever decreases: packets are judged once, and added.
 *
 * @param counters none is unknown but silent, undecided and traffic
 * @param lastLoss when the last packet was lost; null means never
 * @param causes packets by cause; those of an effect may sum to less than its counter
 * @param locations packets by kernel function, without noise; may sum to less
 * @param stages packets at the stages of the path, dropped or not; empty if not counted
 */
public record Counts(
    Counters counters,
    @Nullable Instant lastLoss,
    Map<CauseKey, Freed> causes,
    Map<String, Long> locations,
    Map<String, Stage> stages) {

  /** Nothing was counted. */
  public static final Counts ZERO =
      new Counts(Counters.UNKNOWN, null, Map.of(), Map.of(), Map.of());

  /** Copies; a counter that is not known is 0. */
  public Counts {
    counters = counters.known();
    causes = Map.copyOf(causes);
    locations = Map.copyOf(locations);
    stages = Map.copyOf(stages);
  }

  /** Whether no effect of these counts is smaller. */
  boolean covers(Counts o) {
    return Arrays.stream(Effect.values()).allMatch(e -> of(e) >= o.of(e));
  }

  long of(Effect effect) {
    return Sums.orZero(counters.of(effect));
  }

  /** The same with other counters. */
  Counts with(Counters other) {
    return new Counts(other, lastLoss, causes, locations, stages);
  }

  /** The same with other stages. */
  Counts with(Map<String, Stage> other) {
    return new Counts(counters, lastLoss, causes, locations, other);
  }

  /**
   * The same, but silent losses are known.
   *
   * @param known false changes nothing
   */
  Counts withSilent(boolean known) {
    Counters c = counters;
    return known && c.silent() == null ? with(c.with(0L, c.undecided(), c.unkeyed())) : this;
  }

  /**
   * The same with more traffic. It is known only of a probe that matches namespaces and nothing
   * else, and only if it was counted as long as the losses that it is compared with.
   */
  Counts plusTraffic(long packets, Tally tally) {
    Long before = counters.traffic();
    boolean late = before == null && everything() > 0;
    boolean known = counters.undecided() != null && tally.showsSilentLosses() && !late;
    return with(
        counters.withTraffic(known ? Long.valueOf(Sums.sum(Sums.orZero(before), packets)) : null));
  }

  /** All packets, freed or lost silently. */
  public long everything() {
    return Sums.orZero(counters.everything());
  }
}
