package io.dropprobe.operator.accounting;

import io.dropprobe.api.schema.Times;
import java.time.Instant;
import java.util.function.BiPredicate;

/** The earlier and the later of two times as text; null, and what is no time, is "none". */
public final class Span {
  private Span() {}

  /** Null only when both are none. */
  public static String earlier(String a, String b) {
    return choose(a, b, Instant::isBefore);
  }

  /** Null only when both are none. */
  public static String later(String a, String b) {
    return choose(a, b, Instant::isAfter);
  }

  private static String choose(String a, String b, BiPredicate<Instant, Instant> better) {
    Instant first = Times.parseOrNull(a);
    Instant second = Times.parseOrNull(b);
    if (first == null || second == null) {
      return first != null ? a : second != null ? b : null;
    }
    return better.test(second, first) ? b : a;
  }
}
