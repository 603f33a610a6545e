// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.accounting;

import io.dropprobe.api.v1alpha1.Counters;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;

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
   * largest count is used, and of the others only what they had counted before it.
   *
   * @param contributions of one probe and series
   */
  public static List<CountedContribution> of(List<Contribution> contributions) {
    Map<String, Contribution> largest = new HashMap<>();
    for (Contribution c : contributions) {
      if (c.kernel() != null) {
        largest.merge(c.kernel(), c, BinaryOperator.maxBy(Contribution.BY_COUNT));
      }
    }
    return contributions.stream()
        .map(c -> of(c, c.kernel() == null || largest.get(c.kernel()) == c))
        .toList();
  }

  private static CountedContribution of(Contribution c, boolean largest) {
    return new CountedContribution(c, Counters.of(largest ? c.report() : c.report().base), largest);
  }
}
