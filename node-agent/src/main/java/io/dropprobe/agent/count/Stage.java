// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import io.dropprobe.agent.kernel.StageReading;
import io.dropprobe.api.schema.Sums;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Counters of one stage of the packet's path over any number of epochs. Hook type and symbol are
 * those of the last epoch.
 *
 * @param via hook type, as the module names it
 * @param symbol the hooked symbol; null means none
 * @param packets null means that the stage was never hooked
 * @param segments null means not known for all packets
 * @param missed null means that the stage was never hooked
 */
public record Stage(
    String via,
    @Nullable String symbol,
    @Nullable Long packets,
    @Nullable Long segments,
    @Nullable Long missed) {

  static Map<String, Stage> of(List<StageReading> readings) {
    Map<String, Stage> stages = new TreeMap<>();
    readings.forEach(
        r ->
            stages.put(
                r.name(), new Stage(r.via(), r.symbol(), r.packets(), r.segments(), r.missed())));
    return stages;
  }

  /** The sum of earlier epochs and a later one. */
  static Map<String, Stage> sum(Map<String, Stage> earlier, Map<String, Stage> later) {
    Map<String, Stage> sum = new TreeMap<>(earlier);
    later.forEach((name, s) -> sum.merge(name, s, Stage::plus));
    return Collections.unmodifiableMap(sum);
  }

  private Stage plus(Stage later) {
    boolean allSegments =
        (packets == null || segments != null) && (later.packets == null || later.segments != null);
    return new Stage(
        later.via,
        later.symbol,
        Sums.sum(packets, later.packets),
        allSegments ? Sums.sum(segments, later.segments) : null,
        Sums.sum(missed, later.missed));
  }

  /** The larger of two readings of each stage. */
  static Map<String, Stage> larger(Map<String, Stage> a, Map<String, Stage> b) {
    Map<String, Stage> larger = new TreeMap<>(a);
    b.forEach(
        (name, s) ->
            larger.merge(
                name, s, (x, y) -> Sums.orZero(y.packets) > Sums.orZero(x.packets) ? y : x));
    return larger;
  }

  /** A sum without earlier epochs, with the hook types and symbols of the sum. */
  static Map<String, Stage> less(Map<String, Stage> sum, Map<String, Stage> earlier) {
    Map<String, Stage> left = new TreeMap<>(sum);
    earlier.forEach((name, e) -> left.computeIfPresent(name, (n, s) -> s.minus(e)));
    return left;
  }

  private Stage minus(Stage earlier) {
    return new Stage(
        via,
        symbol,
        less(packets, earlier.packets),
        less(segments, earlier.segments),
        less(missed, earlier.missed));
  }

  private static @Nullable Long less(@Nullable Long sum, @Nullable Long part) {
    return sum == null || part == null ? sum : Long.valueOf(Math.max(0, sum - part));
  }
}
