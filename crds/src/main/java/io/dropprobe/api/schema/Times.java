package io.dropprobe.api.schema;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;

/** Points in time as Kubernetes writes them: RFC 3339, UTC. */
public final class Times {
  private static final Instant EARLIEST = Instant.parse("0000-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  private Times() {}

  /**
   * Reads RFC 3339 with any offset.
   *
   * @throws java.time.format.DateTimeParseException when it is none
   */
  public static Instant parse(String text) {
    return OffsetDateTime.parse(text).toInstant();
  }

  /**
   * Reads a time that somebody else wrote. The schema's {@code date-time} is a regular expression
   * that lets an offset of +99:99 and ten fraction digits pass, so what the API server accepted may
   * still be no time.
   *
   * @param text null, and anything that is not RFC 3339 with a year of four digits, is unknown
   * @return null when unknown; never throws
   */
  public static Instant parseOrNull(String text) {
    try {
      Instant time = text == null ? null : parse(text);
      return time == null || time.isBefore(EARLIEST) || time.isAfter(LATEST) ? null : time;
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** Whole seconds, as {@code metav1.Time} has it: 2026-01-01T00:00:00Z. */
  public static String format(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
