// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Divides growth among names. */
final class Shares {
  private Shares() {}

  /**
   * What each name gets of the growth: first those that have grown most. The shares may sum to less
   * than the growth, and none is more than its name has grown by.
   *
   * @param before packets by name
   * @param after the same later; a name that is missing has not grown
   */
  static <K> Map<K, Long> of(long growth, Map<K, Long> before, Map<K, Long> after) {
    List<Map.Entry<K, Long>> most =
        after.entrySet().stream()
            .map(e -> Map.entry(e.getKey(), e.getValue() - before.getOrDefault(e.getKey(), 0L)))
            .sorted(
                Map.Entry.<K, Long>comparingByValue()
                    .reversed()
                    .thenComparing(e -> e.getKey().toString()))
            .toList();
    Map<K, Long> shares = new LinkedHashMap<>();
    long left = growth;
    for (Map.Entry<K, Long> grown : most) {
      long share = Math.min(left, grown.getValue());
      if (share > 0) {
        shares.put(grown.getKey(), share);
        left -= share;
      }
    }
    return shares;
  }
}
