package io.dropprobe.operator.accounting;

import io.dropprobe.api.Times;

/** The earlier and the later of two times as text; null is "none". */
public final class Span {
  private Span() {}

  /** Null only when both are. */
  public static String earlier(String a, String b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return Times.parse(b).isBefore(Times.parse(a)) ? b : a;
  }

  /** Null only when both are. */
  public static String later(String a, String b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return Times.parse(b).isAfter(Times.parse(a)) ? b : a;
  }
}
