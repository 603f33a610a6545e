// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.platform;

import java.time.Duration;
import java.time.Instant;

/** The two clocks, injected so that tests control them. */
public interface Time {
  /** Time of day, which may jump. For times that people and other machines read. */
  Instant wall();

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
