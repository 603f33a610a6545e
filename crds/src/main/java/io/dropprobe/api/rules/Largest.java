// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.rules;

import io.dropprobe.api.schema.Names;
import io.dropprobe.api.schema.Sums;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;

/**
 * The largest entries of a list, and the rest up to the headline: with one entry {@link
 * Names#OTHER} for the rest, a shortened list still sums to its headline.
 *
 * @param entries most packets first; entries with equal packets are sorted by name
 * @param rest packets of the headline that no entry has
 */
public record Largest<E>(List<E> entries, long rest) {
  /**
   * Selects the largest entries.
   *
   * @param all in any order; entries without packets, and an entry {@link Names#OTHER}, are not
   *     listed
   * @param keep how many entries are listed at most
   * @param headline the sum that the list must have
   */
  public static <E> Largest<E> of(
      Collection<E> all,
      Function<E, String> name,
      ToLongFunction<E> packets,
      int keep,
      long headline) {
    List<E> largest =
        all.stream()
            .filter(e -> packets.applyAsLong(e) > 0 && !Names.OTHER.equals(name.apply(e)))
            .sorted(Comparator.comparingLong(packets).reversed().thenComparing(name))
            .limit(keep)
            .toList();
    return new Largest<>(
        largest, headline - largest.stream().mapToLong(packets).reduce(0, Sums::sum));
  }

  /** The same for packets by name; the result has the order of the list. */
  public static Map<String, Long> of(Map<String, Long> all, int keep, long headline) {
    Map<String, Long> list = new LinkedHashMap<>();
    of(all.entrySet(), Map.Entry::getKey, Map.Entry::getValue, keep, headline)
        .with(rest -> Map.entry(Names.OTHER, rest))
        .forEach(e -> list.put(e.getKey(), e.getValue()));
    return list;
  }

  /**
   * The entries, and one more if there is a rest.
   *
   * @param other makes the entry for the rest
   */
  public List<E> with(LongFunction<E> other) {
    List<E> list = new ArrayList<>(entries);
    if (rest > 0) {
      list.add(other.apply(rest));
    }
    return list;
  }
}
