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
 * with the monotonic clock, so a step of the machine's own clock changes nothing. While the two
 * agree, the machine's clock is used: the header has whole seconds, and an answer may have waited
 * before it is read.
 */
public final class ServerTime implements Time, Interceptor {
  /** How far the machine's clock may be off before it is corrected. */
  static final Duration TOLERANCE = Duration.ofSeconds(10);

  private final Time machine;

  /** Null before the first answer. */
  private volatile @Nullable Answer last;

  /**
   * @param date by the API server
   * @param at when it was read, in milliseconds of the monotonic clock
   */
  private record Answer(Instant date, long at) {}

  /**
   * @param machine the clocks of this machine
   */
  public ServerTime(Time machine) {
    this.machine = machine;
  }

  @Override
  public Instant wall() {
    Instant own = machine.wall();
    return skew(own).abs().compareTo(TOLERANCE) <= 0 ? own : own.minus(skew(own));
  }

  @Override
  public long millis() {
    return machine.millis();
  }

  /** Against the API server's clock, exact to a few seconds; zero before its first answer. */
  @Override
  public Duration skew() {
    return skew(machine.wall());
  }

  private Duration skew(Instant own) {
    Answer a = last;
    return a == null
        ? Duration.ZERO
        : Duration.between(a.date.plusMillis(machine.millis() - a.at), own);
  }

  /** Reads the time of an answer; one without a valid date changes nothing. */
  @Override
  public void after(
      HttpRequest request,
      HttpResponse<?> response,
      AsyncBody.@Nullable Consumer<List<ByteBuffer>> consumer) {
    answered(response.header("Date"));
  }

  /**
   * @param date null means that the answer has none
   */
  void answered(@Nullable String date) {
    try {
      if (date != null) {
        Instant at = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        last = new Answer(at, machine.millis());
      }
    } catch (DateTimeException e) {
      // A proxy may write anything; the machine's clock or the last answer is used.
    }
  }
}
