package io.dropprobe.operator.probe;

import io.dropprobe.api.Durations;
import io.dropprobe.api.Times;
import io.dropprobe.api.v1alpha1.DropProbeSpec;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import java.time.Instant;
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
   * first given. Another duration later moves the end, not the beginning.
   *
   * @param before the last status
   * @param series that is wanted now
   */
  static Schedule of(DropProbeSpec spec, DropProbeStatus before, String series, Instant now) {
    if (Boolean.FALSE.equals(spec.active)) {
      return new Schedule(null, null);
    }
    boolean goesOn =
        before.activeSince != null
            && Objects.equals(before.series, series)
            && (spec.duration == null || before.expiresAt != null);
    String since = goesOn ? before.activeSince : Times.format(now);
    return new Schedule(
        since,
        spec.duration == null
            ? null
            : Times.format(Times.parse(since).plus(Durations.parse(spec.duration))));
  }
}
