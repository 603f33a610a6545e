// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.rules;

import io.dropprobe.api.schema.Durations;
import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeSpec;
import io.dropprobe.api.v1alpha1.ProbeState;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** When a DropProbe expires, and the state that it asks for at a given time. */
public final class ProbeLifetime {
  private ProbeLifetime() {}

  /**
   * When a probe expires on a node: at {@code status.expiresAt}, for whatever generation that was
   * written; or, if the operator is down and has not written it, when the duration has elapsed on
   * this node. A written {@code expiresAt} holds even if the operator is down and the spec has
   * changed since.
   *
   * @param begin when this node started to count for it
   * @return null means never
   */
  public static @Nullable Instant end(DropProbe probe, Instant begin) {
    DropProbeSpec spec = probe.getSpec();
    if (spec == null || spec.duration == null) {
      return null;
    }
    Instant written =
        probe.getStatus() == null ? null : Times.parseOrNull(probe.getStatus().expiresAt);
    return written != null ? written : begin.plus(Durations.parse(spec.duration));
  }

  /**
   * Active, Inactive or Expired.
   *
   * @param spec null means Inactive
   * @param end null means never
   * @param now by the caller's clock
   */
  public static ProbeState state(@Nullable DropProbeSpec spec, @Nullable Instant end, Instant now) {
    if (spec == null || Boolean.FALSE.equals(spec.active)) {
      return ProbeState.Inactive;
    }
    return end != null && !now.isBefore(end) ? ProbeState.Expired : ProbeState.Active;
  }
}
