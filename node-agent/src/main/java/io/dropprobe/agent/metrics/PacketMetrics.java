// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.metrics;

import io.dropprobe.agent.count.CauseKey;
import io.dropprobe.agent.count.Counts;
import io.dropprobe.api.catalog.Effect;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.schema.Sums;
import io.dropprobe.api.v1alpha1.Counters;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Renders the packets that the probes have counted: one family for each effect. */
final class PacketMetrics {
  private final MetricsWriter text;

  PacketMetrics(MetricsWriter text) {
    this.text = text;
  }

  /**
   * Renders all counts.
   *
   * @param counts by name of the probe
   */
  void render(Map<String, Counts> counts) {
    causes(counts, Effect.Lost, "dropprobe_lost_packets_total", "Lost packets.");
    each(
        counts,
        "dropprobe_lost_segments_total",
        "Lost packets, as on the wire.",
        c -> c.segments());
    each(counts, "dropprobe_lost_bytes_total", "Bytes of lost packets.", c -> c.bytes());
    causes(
        counts,
        Effect.Refused,
        "dropprobe_refused_packets_total",
        "Packets that a rule, a filter or a closed port refused.");
    causes(
        counts,
        Effect.Unclear,
        "dropprobe_unclear_packets_total",
        "Freed packets of which the kernel does not say whether they are lost.");
    noise(counts);
    each(
        counts,
        "dropprobe_silent_packets_total",
        "Those of the lost packets that were not freed as dropped, but only counted.",
        c -> c.silent());
    each(
        counts,
        "dropprobe_traffic_packets_total",
        "Packets that IP has received and sent in the namespaces that a probe matches.",
        c -> c.traffic());
    each(
        counts,
        "dropprobe_undecided_packets_total",
        "Packets whose network namespace is unknown; in no other metric.",
        c -> c.undecided());
    each(
        counts,
        "dropprobe_unkeyed_packets_total",
        "Packets counted without detail, because the kernel's table was full.",
        c -> c.unkeyed());
  }

  private void causes(Map<String, Counts> counts, Effect effect, String name, String help) {
    text.head(name, "counter", help);
    counts.forEach(
        (probe, c) ->
            sorted(c, effect)
                .forEach(
                    (key, packets) ->
                        text.line(
                            name,
                            packets,
                            "probe",
                            probe,
                            "class",
                            className(key),
                            "cause",
                            key.name(),
                            "direction",
                            key.direction().name().toLowerCase(Locale.ROOT))));
  }

  private void noise(Map<String, Counts> counts) {
    String name = "dropprobe_noise_packets_total";
    text.head(name, "counter", "Packets that were freed as dropped, although nothing is missing.");
    counts.forEach(
        (probe, c) -> {
          Map<String, Long> byClass = new TreeMap<>();
          sorted(c, Effect.Noise).forEach((k, n) -> byClass.merge(className(k), n, Sums::sum));
          byClass.forEach((dropClass, n) -> text.line(name, n, "probe", probe, "class", dropClass));
        });
  }

  private static Map<CauseKey, Long> sorted(Counts counts, Effect effect) {
    Map<CauseKey, Long> sorted = new TreeMap<>(Comparator.comparing(CauseKey::toString));
    counts
        .causes()
        .forEach(
            (key, freed) -> {
              if (key.effect() == effect) {
                sorted.put(key, freed.packets());
              }
            });
    return sorted;
  }

  private static String className(CauseKey key) {
    return key.dropClass() == null ? Names.OTHER : key.dropClass().name();
  }

  /** Counts that are not known have no line, instead of a zero. */
  private void each(
      Map<String, Counts> counts,
      String name,
      String help,
      Function<Counters, @Nullable Long> value) {
    text.head(name, "counter", help);
    counts.forEach(
        (probe, c) -> {
          Long v = value.apply(c.counters());
          if (v != null) {
            text.line(name, v, "probe", probe);
          }
        });
  }
}
