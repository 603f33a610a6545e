package io.dropprobe.api.rules;

import io.dropprobe.api.schema.Durations;
import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeSpec;
import io.dropprobe.api.v1alpha1.ProbeState;
import java.time.Instant;

/** The state that a DropProbe asks for, at a time. */
public final class Wanted {
  private Wanted() {}

  /**
   * When a probe stops by itself on a node: at {@code expiresAt}, whatever generation it was
   * written for, or (while the operator is away and has not written it) after its duration on this
   * node. An end that is written holds even if the operator is away and the spec has changed since.
   *
   * @param probe not null
   * @param begin when this node began to count for it
   * @return null for never
   */
  public static Instant end(DropProbe probe, Instant begin) {
    DropProbeSpec spec = probe.getSpec();
    if (spec == null || spec.duration == null) {
      return null;
    }
    Instant told =
        probe.getStatus() == null ? null : Times.parseOrNull(probe.getStatus().expiresAt);
    return told != null ? told : begin.plus(Durations.parse(spec.duration));
  }

  /**
   * Active, Inactive or Expired.
   *
   * @param spec null is Inactive
   * @param end null is never
   * @param now of the caller's clock
   */
  public static ProbeState state(DropProbeSpec spec, Instant end, Instant now) {
    if (spec == null || Boolean.FALSE.equals(spec.active)) {
      return ProbeState.Inactive;
    }
    return end != null && !now.isBefore(end) ? ProbeState.Expired : ProbeState.Active;
  }
}
