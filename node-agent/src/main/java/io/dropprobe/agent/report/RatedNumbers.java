// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import io.dropprobe.api.catalog.Effect;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.schema.Sums;
import io.dropprobe.api.v1alpha1.NodeCause;
import io.dropprobe.api.v1alpha1.ProbeReport;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of a report that have a rate, by name: the lost and the refused packets, and each
 * cause whose packets are no noise.
 */
final class RatedNumbers {
  /** The name of all packets but noise, which have no rate of their own. */
  static final String ALL = "";

  private static final String LOST = "lost";
  private static final String REFUSED = "refused";

  private RatedNumbers() {}

  static Map<String, Long> counts(ProbeReport p) {
    Map<String, Long> counts = new HashMap<>();
    counts.put(ALL, packets(p));
    counts.put(LOST, Sums.orZero(p.lost));
    counts.put(REFUSED, Sums.orZero(p.refused));
    causes(p).forEach(c -> counts.merge(name(c), Sums.orZero(c.packets), Sums::sum));
    return counts;
  }

  static Map<String, @Nullable String> rates(ProbeReport p) {
    Map<String, @Nullable String> rates = new HashMap<>();
    rates.put(LOST, p.lostPerSecond);
    rates.put(REFUSED, p.refusedPerSecond);
    causes(p).forEach(c -> rates.put(name(c), c.perSecond));
    return rates;
  }

  static void setRates(ProbeReport p, Function<String, @Nullable String> rate) {
    p.lostPerSecond = rate.apply(LOST);
    p.refusedPerSecond = rate.apply(REFUSED);
    causes(p).forEach(c -> c.perSecond = rate.apply(name(c)));
  }

  /** All packets but noise. */
  static long packets(ProbeReport p) {
    return Sums.orZero(p.counters().unnoisy());
  }

  /** Whether a cause that a list did not name may have been in the rest of the list. */
  static boolean mayBeInRest(String name, Map<String, Long> counts) {
    return name.startsWith(Names.OTHER + " ")
        || counts.keySet().stream().anyMatch(n -> n.startsWith(Names.OTHER + " "));
  }

  /** Whether this is the rest of a list, and a cause that was listed may be in it now. */
  static boolean mayHaveMoved(String name, Map<String, Long> before, Map<String, Long> now) {
    return name.startsWith(Names.OTHER + " ") && !now.keySet().containsAll(before.keySet());
  }

  private static List<NodeCause> causes(ProbeReport p) {
    return p.causes == null
        ? List.of()
        : p.causes.stream().filter(c -> c.effect != Effect.Noise).toList();
  }

  private static String name(NodeCause c) {
    return c.cause + " " + c.effect + " " + c.dropClass + " " + c.direction;
  }
}
