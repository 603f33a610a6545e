package io.dropprobe.agent.module;

import java.time.Duration;

/** When to try again: doubles from a first pause up to a last one. Not thread-safe. */
final class Backoff {
  private final long first;
  private final long last;
  private int failures;
  private long readyAt = Long.MIN_VALUE;

  Backoff(Duration first, Duration last) {
    this.first = first.toMillis();
    this.last = last.toMillis();
  }

  /** Notes a failure at a moment (milliseconds of the caller's clock). */
  void failed(long now) {
    long pause = first << Math.min(failures, 20);
    failures++;
    readyAt = now + Math.min(pause, last);
  }

  /** Whether it is time for another try. */
  boolean ready(long now) {
    return now >= readyAt;
  }

  /** When it is time; Long.MIN_VALUE when nothing has failed. */
  long readyAt() {
    return readyAt;
  }

  void succeeded() {
    failures = 0;
    readyAt = Long.MIN_VALUE;
  }
}
