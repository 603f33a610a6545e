package io.dropprobe.agent.platform;

import java.time.Duration;
import java.time.Instant;

/** The two clocks. Injected, so that tests own them. */
public interface Time {
  /** Time of day; may jump. For what people and other machines read. */
  Instant wall();

  /** Milliseconds since some moment; never goes back. For what has to wait. */
  long millis();

  /** The machine's own. */
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

  /** The moment on {@link #millis} that lies the given time ahead. */
  default long in(Duration duration) {
    return millis() + duration.toMillis();
  }
}
