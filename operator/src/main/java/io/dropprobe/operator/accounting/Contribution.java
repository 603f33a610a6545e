package io.dropprobe.operator.accounting;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;

/**
 * What a node adds to the sums.
 *
 * @param share where it comes from
 * @param counts the numbers
 * @param whole whether the share's lists and rates count too; if not, only earlier epochs do,
 *     because another node has the newer sample of the same kernel
 */
public record Contribution(Share share, Counts counts, boolean whole) {

  /**
   * Two nodes with the same kernel and epoch are one kernel seen twice: the sample with the largest
   * count holds, of the others only what they had counted before it.
   *
   * @param shares of one probe and series
   */
  public static List<Contribution> of(List<Share> shares) {
    Map<String, Share> largest = new HashMap<>();
    for (Share s : shares) {
      if (s.kernel() != null) {
        largest.merge(s.kernel(), s, BinaryOperator.maxBy(Share.BY_COUNT));
      }
    }
    return shares.stream()
        .map(s -> of(s, s.kernel() == null || largest.get(s.kernel()) == s))
        .toList();
  }

  private static Contribution of(Share s, boolean largest) {
    return new Contribution(
        s, largest ? Counts.of(s.report()) : Counts.of(s.report().base), largest);
  }
}
