package io.dropprobe.operator.probe;

import io.dropprobe.api.schema.Durations;
import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeSpec;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.operator.accounting.Share;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * When a probe became active, and when it stops by itself.
 *
 * @param activeSince null while inactive
 * @param expiresAt null without a duration
 */
record Schedule(String activeSince, String expiresAt) {
  /**
   * The duration runs from when {@code active} became true, the series began, or a duration was
   * first given. Another duration later moves the end, not the beginning. A probe that was created
   * while the operator was away runs since the first node counted: nodes end it by themselves after
   * its duration, and must not begin again. One that was changed then runs from now: what nodes say
   * of it may be of before the change.
   *
   * @param probe generation and creation are read
   * @param before the last status
   * @param series that is wanted now
   * @param shares of that series
   */
  static Schedule of(
      DropProbe probe, DropProbeStatus before, String series, List<Share> shares, Instant now) {
    DropProbeSpec spec = probe.getSpec();
    if (Boolean.FALSE.equals(spec.active)) {
      return new Schedule(null, null);
    }
    boolean goesOn =
        before.activeSince != null
            && Objects.equals(before.series, series)
            && (spec.duration == null || before.expiresAt != null);
    String since = goesOn ? before.activeSince : Times.format(begin(probe, shares, now));
    return new Schedule(
        since,
        spec.duration == null
            ? null
            : Times.format(Times.parse(since).plus(Durations.parse(spec.duration))));
  }

  /** No report makes it earlier than the probe. */
  private static Instant begin(DropProbe probe, List<Share> shares, Instant now) {
    Instant created = Times.parseOrNull(probe.getMetadata().getCreationTimestamp());
    if (created == null || !Long.valueOf(1).equals(probe.getMetadata().getGeneration())) {
      return now;
    }
    return shares.stream()
        .map(s -> Times.parseOrNull(s.report().since))
        .filter(t -> t != null && t.isBefore(now))
        .min(Comparator.naturalOrder())
        .map(t -> t.isBefore(created) ? created : t)
        .orElse(now);
  }
}
