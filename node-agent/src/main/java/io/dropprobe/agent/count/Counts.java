// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import io.dropprobe.agent.kernel.PacketCounters;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.api.rules.Largest;
import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.schema.Sums;
import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.Counters;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a probe has counted.
 *
 * @param counters none is unknown; a packet is noise if its reason, or its reason and function, is
 *     of class Noise
 * @param last when the last packet was dropped; null means never
 * @param reasons packets by reason, without noise; may sum to less than packets if detail was not
 *     kept
 * @param locations packets by kernel function, without noise; may sum to less
 * @param stages packets at the stages of the path, dropped or not; empty if not counted
 */
public record Counts(
    Counters counters,
    @Nullable Instant last,
    Map<String, Long> reasons,
    Map<String, Long> locations,
    Map<String, Stage> stages) {

  /** Nothing was counted. */
  public static final Counts ZERO = new Counts(Counters.ZERO, null, Map.of(), Map.of(), Map.of());

  /** Most keys of a map in a sum, so that the journal stays small. */
  private static final int DETAIL = 256;

  /** Copies; a counter that is not known is 0. */
  public Counts {
    counters = counters.known();
    reasons = Collections.unmodifiableMap(new TreeMap<>(reasons));
    locations = Collections.unmodifiableMap(new TreeMap<>(locations));
    stages = Collections.unmodifiableMap(new TreeMap<>(stages));
  }

  /** The counts of one snapshot. */
  public static Counts of(ProbeSnapshot probe, ReasonCatalog catalog) {
    PacketCounters sum = PacketCounters.ZERO;
    long noise = 0;
    Map<String, Long> reasons = new TreeMap<>();
    Map<String, Long> locations = new TreeMap<>();
    Map<Long, ReasonSplit> splits = new TreeMap<>();
    for (ProbeSnapshot.Reason r : probe.reasons()) {
      splits.put(r.id(), new ReasonSplit(r, catalog));
    }
    for (ProbeSnapshot.Cell c : probe.cells()) {
      ReasonSplit split = splits.get(c.reason());
      String function = function(c.location());
      if (split == null || !split.add(c, function)) {
        locations.merge(function, c.counters().packets(), Long::sum);
      }
    }
    for (ReasonSplit split : splits.values()) {
      PacketCounters drops = split.drops();
      noise += split.noise();
      sum = sum.plus(drops);
      if (drops.packets() > 0) {
        reasons.merge(name(split.reason()), drops.packets(), Long::sum);
      }
    }
    return new Counts(
        new Counters(sum.packets(), sum.segments(), sum.bytes(), noise, probe.unkeyed()),
        sum.last(),
        reasons,
        locations,
        Stage.of(probe.stages()));
  }

  /** A reason without a name in the kernel keeps its number. */
  private static String name(ProbeSnapshot.Reason r) {
    return r.name().equals("-") ? "UNNAMED_" + r.id() : r.name();
  }

  /** The function {@code __udp4_lib_rcv} of the location {@code __udp4_lib_rcv+0x12}. */
  private static String function(String location) {
    int plus = location.indexOf('+');
    String function = plus > 0 ? location.substring(0, plus) : location;
    return function.length() > Limits.LOCATION ? function.substring(0, Limits.LOCATION) : function;
  }

  /** The sum of these counts and later ones. */
  public Counts plus(Counts o) {
    return new Counts(
        counters.plus(o.counters),
        Times.later(last, o.last),
        merged(reasons, o.reasons),
        merged(locations, o.locations),
        Stage.sum(stages, o.stages));
  }

  /** These counts without the detail that earlier counts already have. */
  Counts withoutDetailOf(Counts earlier) {
    return new Counts(
        counters,
        last,
        less(reasons, earlier.reasons),
        less(locations, earlier.locations),
        Stage.less(stages, earlier.stages));
  }

  /** A key that is missing in {@code all} was cut, so it is part of {@code other} there. */
  private static Map<String, Long> less(Map<String, Long> all, Map<String, Long> earlier) {
    Map<String, Long> left = new TreeMap<>(all);
    earlier.forEach(
        (k, v) ->
            left.computeIfPresent(
                left.containsKey(k) ? k : Names.OTHER, (key, sum) -> sum > v ? sum - v : null));
    return left;
  }

  /** Drops and noise: never decreases within a series, so the larger value is the newer one. */
  public long everything() {
    return Sums.orZero(counters.everything());
  }

  private static Map<String, Long> merged(Map<String, Long> a, Map<String, Long> b) {
    Map<String, Long> sum = new TreeMap<>(a);
    b.forEach((k, v) -> sum.merge(k, v, Long::sum));
    return sum.size() <= DETAIL
        ? sum
        : Largest.of(sum, DETAIL, sum.values().stream().reduce(0L, Sums::sum));
  }
}
