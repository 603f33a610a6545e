// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.schema;

import org.jspecify.annotations.Nullable;

/** Sums of numbers that may be unknown: null and 3 is 3, null and null is null. */
public final class Sums {
  private Sums() {}

  /** Null only if both are null; otherwise as {@link #sum(long, long)}. */
  public static @Nullable Long sum(@Nullable Long a, @Nullable Long b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return sum(a.longValue(), b.longValue());
  }

  /** The number; 0 if it is unknown. */
  public static long orZero(@Nullable Long number) {
    return number == null ? 0 : number;
  }

  /** The number; 0 if it is unknown. */
  public static int orZero(@Nullable Integer number) {
    return number == null ? 0 : number;
  }

  /** Null only if both are null. */
  public static @Nullable Double sum(@Nullable Double a, @Nullable Double b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return a + b;
  }

  /**
   * The sum of two counts, neither of them negative. It saturates: a negative total would be
   * refused by the API server for ever.
   */
  public static long sum(long a, long b) {
    long sum = a + b;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }
}
