package io.dropprobe.api;

import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeSpec;
import io.dropprobe.api.v1alpha1.ProbeState;
import java.time.Instant;

/** The state that a DropProbe asks for, at a time. */
public final class Wanted {
  private Wanted() {}

  /**
   * Active, Inactive or Expired.
   *
   * @param probe not null; not being deleted
   * @param now of the caller's clock
   */
  public static ProbeState state(DropProbe probe, Instant now) {
    return state(
        probe.getSpec(), probe.getStatus() == null ? null : probe.getStatus().expiresAt, now);
  }

  /**
   * The same from its parts. {@code expiresAt} holds whatever generation it was written for: a
   * probe never counts longer than asked because the operator is away.
   *
   * @param spec null is Inactive
   * @param expiresAt null is never; ignored without a duration
   */
  public static ProbeState state(DropProbeSpec spec, String expiresAt, Instant now) {
    if (spec == null || Boolean.FALSE.equals(spec.active)) {
      return ProbeState.Inactive;
    }
    boolean expired =
        spec.duration != null && expiresAt != null && !now.isBefore(Times.parse(expiresAt));
    return expired ? ProbeState.Expired : ProbeState.Active;
  }
}
