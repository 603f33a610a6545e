// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.accounting;

import io.dropprobe.api.v1alpha1.Counters;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The part of a contribution that enters the sums.
 *
 * @param contribution the whole of it
 * @param counters what is added to the sums
 * @param whole whether lists and rates are added too. If not, only earlier epochs are, because
 *     another node reports a newer sample of the same kernel
 */
public record CountedContribution(Contribution contribution, Counters counters, boolean whole) {

  /**
   * Two nodes with the same kernel and epoch are two samples of one kernel: the sample with the
   * largest count is used, and of the others only what they had counted before it. No effect of the
   * epoch is smaller than in another sample that is confirmed as well, so that a node which claims
   * the kernel of another one can add packets, but hide none.
   *
   * @param contributions of one probe and series
   */
  public static List<CountedContribution> of(List<Contribution> contributions) {
    Map<Contribution, Counters> largest = new IdentityHashMap<>();
    contributions.stream()
        .filter(c -> c.kernel() != null)
        .collect(Collectors.groupingBy(c -> Objects.requireNonNull(c.kernel())))
        .values()
        .forEach(
            samples -> {
              Contribution first = Collections.max(samples, Contribution.BY_COUNT);
              largest.put(first, atLeast(first, samples));
            });
    return contributions.stream()
        .map(
            c -> {
              Counters counters = c.kernel() == null ? c.report().counters() : largest.get(c);
              return counters == null
                  ? new CountedContribution(c, Counters.of(c.report().base), false)
                  : new CountedContribution(c, counters, true);
            })
        .toList();
  }

  /** The counters of a sample, but no effect of its epoch smaller than in another one. */
  private static Counters atLeast(Contribution largest, List<Contribution> samples) {
    Counters counters = largest.report().counters();
    Counters base = Counters.of(largest.report().base);
    for (Contribution other : samples) {
      if (other != largest && other.confirmed() == largest.confirmed()) {
        Counters epoch = other.report().counters().minus(Counters.of(other.report().base));
        counters = counters.withEffectsOf(counters.max(base.plus(epoch)));
      }
    }
    return counters;
  }
}
