// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.client;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The time of day by the API server, so that times from many nodes can be compared. It is taken
 * from the header {@code Date} of the API server's answers (RFC 9110, section 6.6.1) and continues
 * with the monotonic clock, so a step of the machine's own clock changes nothing.
 *
 * <p>The machine's clock is used while an answer of the last minutes has confirmed it, and it has
 * not been stepped since: the header has whole seconds, an answer may have waited before it is
 * read, and of several API servers one may have a wrong clock.
 */
public final class ServerTime implements Time, Interceptor {
  /** How far the machine's clock may be off before it is corrected. */
  static final Duration TOLERANCE = Duration.ofSeconds(10);

  /** How long a confirmation holds: several requests long, and the agent makes one a minute. */
  static final Duration CONFIRMED = Duration.ofMinutes(5);

  private final Time machine;

  /** Null before the first answer. */
  private volatile @Nullable Answer last;

  /** The last answer that agreed with the machine's clock; null before the first. */
  private volatile @Nullable Answer confirmed;

  /**
   * @param offset of the time of day from the monotonic clock
   * @param at when it was read, in milliseconds of the monotonic clock
   */
  private record Answer(Duration offset, long at) {}

  /**
   * @param machine the clocks of this machine
   */
  public ServerTime(Time machine) {
    this.machine = machine;
  }

  @Override
  public Instant wall() {
    Instant own = machine.wall();
    return own.minus(skew(own));
  }

  @Override
  public Instant machine() {
    return machine.wall();
  }

  @Override
  public long millis() {
    return machine.millis();
  }

  /**
   * Against the API server's clock, exact to a few seconds; zero before its first answer, and while
   * the machine's clock is used.
   */
  @Override
  public Duration skew() {
    return skew(machine.wall());
  }

  private Duration skew(Instant own) {
    Answer answer = last;
    if (answer == null) {
      return Duration.ZERO;
    }
    Answer good = confirmed;
    Duration offset = offset(own);
    if (good != null
        && machine.millis() - good.at <= CONFIRMED.toMillis()
        && isSmall(offset.minus(good.offset))) {
      return Duration.ZERO;
    }
    Duration skew = offset.minus(answer.offset);
    return isSmall(skew) ? Duration.ZERO : skew;
  }

  private Duration offset(Instant time) {
    return Duration.between(Instant.ofEpochMilli(machine.millis()), time);
  }

  private static boolean isSmall(Duration difference) {
    return difference.abs().compareTo(TOLERANCE) <= 0;
  }

  /** Reads the time of an answer; one without a valid date, or of a proxy, changes nothing. */
  @Override
  public void after(
      HttpRequest request,
      HttpResponse<?> response,
      AsyncBody.@Nullable Consumer<List<ByteBuffer>> consumer) {
    if (response.code() < 500) {
      answered(response.header("Date"));
    }
  }

  /**
   * @param date null means that the answer has none
   */
  void answered(@Nullable String date) {
    try {
      if (date != null) {
        Instant at = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        Answer answer = new Answer(offset(at), machine.millis());
        last = answer;
        Duration own = offset(machine.wall());
        if (isSmall(own.minus(answer.offset))) {
          confirmed = new Answer(own, answer.at);
        }
      }
    } catch (DateTimeException e) {
      // A proxy may write anything; the machine's clock or the last answer is used.
    }
  }
}
