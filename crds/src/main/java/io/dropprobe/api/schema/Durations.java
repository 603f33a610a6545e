// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.schema;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Durations as Kubernetes writes them ({@code metav1.Duration}, which is Go's {@code
 * Duration.String()}): {@code 30s}, {@code 10m0s}, {@code 1h0m0s}. Whole seconds only.
 */
public final class Durations {
  /** How a duration is written, for messages. */
  public static final String RULE = "in whole hours, minutes or seconds, like 30s or 5m";

  /**
   * What the schema accepts, as a CEL expression. Not a {@code pattern}, because a user would then
   * read a regular expression as the error, after CEL's own complaint about a unit like days. Six
   * digits keep the value below CEL's maximum of 292 years.
   */
  public static final String IS_DURATION = "self.matches('^([0-9]{1,6}[smh])+$')";

  private static final Pattern WHOLE = Pattern.compile("(?:[0-9]+[smh])+");
  private static final Pattern PART = Pattern.compile("([0-9]+)([smh])");

  private Durations() {}

  /**
   * Reads {@code 90s}, {@code 1m30s} and the like.
   *
   * @throws IllegalArgumentException if it is not a duration; the message has the text and the rule
   */
  public static Duration parse(String text) {
    if (!WHOLE.matcher(text).matches()) {
      throw bad(text);
    }
    Duration sum = Duration.ZERO;
    Matcher part = PART.matcher(text);
    try {
      while (part.find()) {
        sum = sum.plus(one(Long.parseLong(part.group(1)), part.group(2)));
      }
    } catch (NumberFormatException | ArithmeticException e) {
      throw bad(text);
    }
    return sum;
  }

  /** As {@link #parse}; null stays null. */
  public static @Nullable Duration parseOrNull(@Nullable String text) {
    return text == null ? null : parse(text);
  }

  /** The canonical form in whole seconds (fractions are dropped); {@code 0s} for zero. */
  public static String format(Duration duration) {
    long seconds = duration.getSeconds();
    if (seconds < 0) {
      return "-" + format(duration.negated());
    }
    StringBuilder text = new StringBuilder();
    if (seconds >= 3600) {
      text.append(seconds / 3600).append('h');
    }
    if (seconds >= 60) {
      text.append(seconds / 60 % 60).append('m');
    }
    return text.append(seconds % 60).append('s').toString();
  }

  private static Duration one(long n, String unit) {
    return switch (unit) {
      case "h" -> Duration.ofHours(n);
      case "m" -> Duration.ofMinutes(n);
      default -> Duration.ofSeconds(n);
    };
  }

  private static IllegalArgumentException bad(String text) {
    return new IllegalArgumentException("'" + text + "' is not a duration; write it " + RULE);
  }
}
