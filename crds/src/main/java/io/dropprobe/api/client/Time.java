// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.client;

import java.time.Duration;
import java.time.Instant;

/** The clocks, injected so that tests control them. */
public interface Time {
  /** Time of day, which may jump. For times that people and other machines read. */
  Instant wall();

  /** Time of day by the machine's own clock, for what other processes on it compare with theirs. */
  default Instant machine() {
    return wall();
  }

  /**
   * How far the machine's clock is ahead of {@link #wall}; negative if it is behind. Zero if the
   * machine's clock is all that is known.
   */
  default Duration skew() {
    return Duration.ZERO;
  }

  /** Milliseconds since an arbitrary moment; never decreases. For delays. */
  long millis();

  /** The clocks of the machine. */
  static Time system() {
    return new Time() {
      @Override
      public Instant wall() {
        return Instant.now();
      }

      @Override
      public long millis() {
        return System.nanoTime() / 1_000_000;
      }
    };
  }

  /** The value of {@link #millis} after a duration from now. */
  default long in(Duration duration) {
    return millis() + duration.toMillis();
  }
}
