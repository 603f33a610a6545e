package io.dropprobe.api;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;

/** Points in time as Kubernetes writes them: RFC 3339, UTC. */
public final class Times {
  private Times() {}

  /**
   * Reads RFC 3339 with any offset.
   *
   * @throws java.time.format.DateTimeParseException when it is none
   */
  public static Instant parse(String text) {
    return OffsetDateTime.parse(text).toInstant();
  }

  /** Null in, null out; otherwise as {@link #parse}. */
  public static Instant parseOrNull(String text) {
    return text == null ? null : parse(text);
  }

  /** Whole seconds, as {@code metav1.Time} has it: 2026-01-01T00:00:00Z. */
  public static String format(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
