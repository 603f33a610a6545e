// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import io.dropprobe.agent.count.CauseKey;
import io.dropprobe.agent.count.Counts;
import io.dropprobe.agent.count.Freed;
import io.dropprobe.api.catalog.Effect;
import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.schema.Sums;
import io.dropprobe.api.v1alpha1.Counters;
import io.dropprobe.api.v1alpha1.NodeCause;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Makes the causes of a report: the largest ones, and an entry {@link Names#OTHER} for the rest of
 * each effect, so that the causes of an effect add up to its number.
 */
final class CauseLists {
  /** Noise comes last, so that it does not cut off a loss. */
  private static final Comparator<NodeCause> MOST_PACKETS_FIRST =
      Comparator.comparing((NodeCause c) -> c.effect != Effect.Noise)
          .thenComparing(c -> Sums.orZero(c.packets))
          .reversed()
          .thenComparing(c -> String.valueOf(c.cause))
          .thenComparing(c -> String.valueOf(c.dropClass))
          .thenComparing(c -> String.valueOf(c.direction));

  private CauseLists() {}

  static List<NodeCause> of(Counts counts) {
    List<NodeCause> all = new ArrayList<>();
    for (Map.Entry<CauseKey, Freed> e : counts.causes().entrySet()) {
      CauseKey key = e.getKey();
      Freed freed = e.getValue();
      all.add(
          new NodeCause(
              key.name(),
              key.effect(),
              key.dropClass(),
              freed.location(),
              freed.packets(),
              key.direction()));
    }
    return cut(all, counts.counters(), Limits.NODE_CAUSES);
  }

  /**
   * Shortens a list.
   *
   * @param headline the numbers to which the causes add up
   * @param keep how many causes are listed by name at most
   */
  static List<NodeCause> cut(List<NodeCause> causes, Counters headline, int keep) {
    List<NodeCause> list =
        new ArrayList<>(
            causes.stream()
                .filter(c -> !Names.OTHER.equals(c.cause))
                .sorted(MOST_PACKETS_FIRST)
                .limit(keep)
                .toList());
    for (Effect effect : Effect.values()) {
      long listed =
          list.stream()
              .filter(c -> c.effect == effect)
              .mapToLong(c -> Sums.orZero(c.packets))
              .reduce(0, Sums::sum);
      long rest = Sums.orZero(headline.of(effect)) - listed;
      if (rest > 0) {
        list.add(new NodeCause(Names.OTHER, effect, null, null, rest, null));
      }
    }
    return list;
  }
}
