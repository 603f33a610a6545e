package io.dropprobe.operator.accounting;

import io.dropprobe.api.v1alpha1.Base;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.Retired;

/**
 * Numbers that add up. Null is "not known", which is not 0: null and 3 is 3, null and null is null.
 */
public record Counts(Long packets, Long segments, Long bytes, Long noise, Long unkeyed) {
  /** Nothing known. */
  public static final Counts UNKNOWN = new Counts(null, null, null, null, null);

  /** All that a node has counted in the series, earlier epochs included. */
  static Counts of(ProbeReport r) {
    return new Counts(r.packets, r.segments, r.bytes, r.noise, r.unkeyed);
  }

  /**
   * Earlier epochs only.
   *
   * @param b null is none
   */
  static Counts of(Base b) {
    return b == null ? UNKNOWN : new Counts(b.packets, b.segments, b.bytes, b.noise, b.unkeyed);
  }

  /**
   * The share of nodes that are gone.
   *
   * @param r null is none
   */
  public static Counts of(Retired r) {
    return r == null ? UNKNOWN : new Counts(r.packets, r.segments, r.bytes, r.noise, r.unkeyed);
  }

  /** The sum, part by part. */
  public Counts plus(Counts o) {
    return new Counts(
        sum(packets, o.packets),
        segments(this, o),
        sum(bytes, o.bytes),
        sum(noise, o.noise),
        sum(unkeyed, o.unkeyed));
  }

  /** Known only when it is known of all packets: a part of it beside all packets would mislead. */
  private static Long segments(Counts a, Counts b) {
    if (a.isEmpty() || b.isEmpty()) {
      return a.isEmpty() ? b.segments : a.segments;
    }
    return a.segments == null || b.segments == null ? null : sum(a.segments, b.segments);
  }

  private boolean isEmpty() {
    return segments == null && (packets == null || packets == 0);
  }

  /** Null only when both are; the largest long where the sum of two counts would be more. */
  public static Long sum(Long a, Long b) {
    if (a == null) {
      return b;
    }
    return b == null ? a : Long.valueOf(sum(a.longValue(), b.longValue()));
  }

  /**
   * The sum of two counts, neither of which is negative (the schema's minimum): it saturates, since
   * a negative total would be refused by the API server for ever.
   */
  public static long sum(long a, long b) {
    long sum = a + b;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }
}
