// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import io.dropprobe.api.rules.Series;
import io.dropprobe.api.schema.Durations;
import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeSpec;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.operator.accounting.Contribution;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * When a probe became active, and when it expires.
 *
 * @param activeSince null means inactive
 * @param expiresAt null means never
 */
record Schedule(@Nullable String activeSince, @Nullable String expiresAt) {
  /**
   * The duration starts when {@code active} becomes true, the series starts, or a duration is first
   * given. A later change of the duration moves the end, not the start.
   *
   * <p>A probe that was created while the operator was down has been active since the first node
   * started to count, because nodes stop it by themselves after its duration and must not start
   * again. A probe that was changed while the operator was down is active from now on, because the
   * nodes' reports may be about the time before the change.
   *
   * @param probe its generation and creation time are used
   * @param before the last status
   * @param series that is current
   * @param contributions of that series
   */
  static Schedule of(
      DropProbe probe,
      DropProbeStatus before,
      String series,
      List<Contribution> contributions,
      Instant now) {
    DropProbeSpec spec = probe.getSpec();
    if (Boolean.FALSE.equals(spec.active)) {
      return new Schedule(null, null);
    }
    String last = before.activeSince;
    // An update to another model restarts the counts, but no probe that had expired.
    boolean continues =
        (Objects.equals(before.series, series) || Series.ofFirstModel(spec).equals(before.series))
            && (spec.duration == null || before.expiresAt != null);
    String since =
        last != null && continues ? last : Times.format(start(probe, contributions, now));
    return new Schedule(
        since,
        spec.duration == null
            ? null
            : Times.format(Times.parse(since).plus(Durations.parse(spec.duration))));
  }

  /** Never before the creation of the probe, whatever a report says. */
  private static Instant start(DropProbe probe, List<Contribution> contributions, Instant now) {
    Instant created = Times.parseOrNull(probe.getMetadata().getCreationTimestamp());
    if (created == null || !Long.valueOf(1).equals(probe.getMetadata().getGeneration())) {
      return now;
    }
    return contributions.stream()
        .map(c -> Times.parseOrNull(c.report().since))
        .filter(t -> t != null && t.isBefore(now))
        .min(Comparator.naturalOrder())
        .map(t -> t.isBefore(created) ? created : t)
        .orElse(now);
  }
}
