package io.dropprobe.operator.probe;

import java.time.Duration;
import java.time.Instant;

/**
 * When numbers may be written: on average once per interval, but a few writes in a row are allowed,
 * so that the reports of two nodes with one cause need not wait for each other. Every status write
 * fans out to all agents.
 *
 * @param full when the allowance of writes is whole again
 * @param notBefore when a write that failed may be tried again, whatever is in it: events would try
 *     it again at once, with a stack trace each
 */
record WritePace(Instant full, Instant notBefore) {
  private static final int IN_A_ROW = 3;
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);

  /** No write yet. */
  static final WritePace FRESH = new WritePace(Instant.MIN, Instant.MIN);

  /** Every write goes to every agent: the more there are, the fewer writes. */
  static Duration interval(int agents, Duration floor) {
    Duration least = Duration.ofSeconds(agents / ReportInterval.WRITES_PER_SECOND);
    return floor.compareTo(least) >= 0 ? floor : least;
  }

  /**
   * How long a write has to wait; zero when it may go now.
   *
   * @param urgent whether it is more than numbers
   */
  Duration delay(Instant now, Duration interval, boolean urgent) {
    Instant from =
        urgent || full == Instant.MIN ? now : full.minus(interval.multipliedBy(IN_A_ROW - 1L));
    from = from.isAfter(notBefore) ? from : notBefore;
    return from.isAfter(now) ? Duration.between(now, from) : Duration.ZERO;
  }

  /** After a write that was refused or did not get through. */
  WritePace failed(Instant now) {
    return new WritePace(full, now.plus(AFTER_FAILURE));
  }

  /** After a write, of numbers or of anything more urgent. */
  WritePace written(Instant now, Duration interval) {
    Instant from = full.isAfter(now) ? full : now;
    Instant most = now.plus(interval.multipliedBy(IN_A_ROW));
    Instant next = from.plus(interval);
    return new WritePace(next.isAfter(most) ? most : next, Instant.MIN);
  }
}
