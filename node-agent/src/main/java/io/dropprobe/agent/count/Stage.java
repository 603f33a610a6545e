package io.dropprobe.agent.count;

import io.dropprobe.agent.kernel.StageReading;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Packets at one stage of the path, over any number of epochs. Way and symbol are those of the last
 * one.
 *
 * @param via as the module names it
 * @param symbol null for nothing hooked
 * @param packets null when it was never hooked
 * @param segments null when not known of all packets
 * @param missed null when it was never hooked
 */
public record Stage(String via, String symbol, Long packets, Long segments, Long missed) {

  static Map<String, Stage> of(List<StageReading> readings) {
    Map<String, Stage> stages = new TreeMap<>();
    readings.forEach(
        r ->
            stages.put(
                r.name(), new Stage(r.via(), r.symbol(), r.packets(), r.segments(), r.missed())));
    return stages;
  }

  /** Of earlier epochs and a later one. */
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
        sum(packets, later.packets),
        allSegments ? sum(segments, later.segments) : null,
        sum(missed, later.missed));
  }

  private static Long sum(Long a, Long b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return a + b;
  }
}
