// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.platform;

import java.time.Duration;

/** Exponential backoff from a first to a longest pause. Not thread-safe. */
public final class Backoff {
  private final long first;
  private final long last;
  private int failures;
  private long readyAt = Long.MIN_VALUE;

  /** Nothing has failed yet. */
  public Backoff(Duration first, Duration last) {
    this.first = first.toMillis();
    this.last = last.toMillis();
  }

  /** Records a failure at a moment, in milliseconds of the caller's clock. */
  public void failed(long now) {
    long pause = first << Math.min(failures, 20);
    failures++;
    readyAt = now + Math.min(pause, last);
  }

  /** Whether the next attempt is due. */
  public boolean ready(long now) {
    return now >= readyAt;
  }

  /** When the next attempt is due; Long.MIN_VALUE if nothing has failed. */
  public long readyAt() {
    return readyAt;
  }

  /** Forgets the failures. */
  public void succeeded() {
    failures = 0;
    readyAt = Long.MIN_VALUE;
  }
}
