// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.accounting;

import io.dropprobe.api.schema.Limits;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Packets per second: the present rate, not the average since the start. */
public final class Rates {
  private Rates() {}

  /**
   * The weight of a reported rate. A node that drops packets reports every interval; after a missed
   * report its rate decays, to zero when the report is stale.
   *
   * @param reportAge time since the report last changed
   * @param staleAfter age at which a report is stale
   * @param interval at which the node reports
   * @return 0 to 1
   */
  public static double weight(Duration reportAge, Duration staleAfter, Duration interval) {
    double age = reportAge.toMillis();
    double none = staleAfter.toMillis();
    double full = Math.min(interval.multipliedBy(2).toMillis(), none);
    return age >= none ? 0 : age <= full ? 1 : (none - age) / (none - full);
  }

  /**
   * Parses a rate from a report.
   *
   * @param text null, and what is not a credible number of packets per second, means unknown
   * @return null means unknown
   */
  public static @Nullable Double parse(@Nullable String text) {
    try {
      double rate = text == null ? Double.NaN : Double.parseDouble(text);
      return rate >= 0 && rate <= Limits.RATE ? rate : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /**
   * Formats a rate for users: one decimal below 10, whole numbers above; "0", never "0.0".
   *
   * @param rate null stays null
   */
  public static @Nullable String format(@Nullable Double rate) {
    if (rate == null) {
      return null;
    }
    double r = Math.max(0, rate);
    BigDecimal rounded = BigDecimal.valueOf(r).setScale(r < 9.95 ? 1 : 0, RoundingMode.HALF_UP);
    return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
  }
}
