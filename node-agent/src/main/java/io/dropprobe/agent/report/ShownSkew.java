// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import java.time.Duration;

/**
 * The clock skew that a report shows, in whole minutes. Each change is a write, and a measurement
 * varies by a second or two: so it changes only when it is off by more than a minute, begins at 60
 * seconds, and ends below 45.
 */
public final class ShownSkew {
  private static final Duration FROM = Duration.ofSeconds(60);
  private static final Duration UNTIL = Duration.ofSeconds(45);

  private Duration shown = Duration.ZERO;

  /**
   * Returns what to show; zero means nothing.
   *
   * @param measured how far the node's clock is ahead of the API server's
   */
  public Duration show(Duration measured) {
    boolean begins = shown.isZero() && measured.abs().compareTo(FROM) >= 0;
    boolean moved = !shown.isZero() && measured.minus(shown).abs().compareTo(FROM) > 0;
    if (measured.abs().compareTo(UNTIL) < 0) {
      shown = Duration.ZERO;
    } else if (begins || moved) {
      long minutes = Math.max(1, measured.abs().plusSeconds(30).toMinutes());
      shown = Duration.ofMinutes(measured.isNegative() ? -minutes : minutes);
    }
    return shown;
  }
}
