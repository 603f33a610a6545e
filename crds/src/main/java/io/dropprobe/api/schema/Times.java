// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.schema;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** Points in time as Kubernetes writes them: RFC 3339, UTC. */
public final class Times {
  private static final Instant EARLIEST = Instant.parse("0000-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  private Times() {}

  /**
   * Reads RFC 3339 with any offset.
   *
   * @throws java.time.format.DateTimeParseException if the text is not RFC 3339
   */
  public static Instant parse(String text) {
    return OffsetDateTime.parse(text).toInstant();
  }

  /**
   * Reads a time that another component wrote. The API server's check of {@code date-time} accepts
   * an offset of +99:99 and ten fraction digits, so an accepted text may still not be a time.
   *
   * @param text null, and anything but RFC 3339 with a year of four digits, means unknown
   * @return null means unknown; never throws
   */
  public static @Nullable Instant parseOrNull(@Nullable String text) {
    try {
      Instant time = text == null ? null : parse(text);
      return time == null || time.isBefore(EARLIEST) || time.isAfter(LATEST) ? null : time;
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** Whole seconds, like {@code metav1.Time}: 2026-01-01T00:00:00Z. */
  public static String format(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** The later time; null only if both are null. */
  public static @Nullable Instant later(@Nullable Instant a, @Nullable Instant b) {
    return a == null || (b != null && b.isAfter(a)) ? b : a;
  }

  /** The earlier of two times as text; null, and what is not a time, means none. */
  public static @Nullable String earlier(@Nullable String a, @Nullable String b) {
    return choose(a, b, Instant::isBefore);
  }

  /** The later of two times as text; null, and what is not a time, means none. */
  public static @Nullable String later(@Nullable String a, @Nullable String b) {
    return choose(a, b, Instant::isAfter);
  }

  private static @Nullable String choose(
      @Nullable String a, @Nullable String b, BiPredicate<Instant, Instant> better) {
    Instant first = parseOrNull(a);
    Instant second = parseOrNull(b);
    if (first == null || second == null) {
      return first != null ? a : second != null ? b : null;
    }
    return better.test(second, first) ? b : a;
  }
}
