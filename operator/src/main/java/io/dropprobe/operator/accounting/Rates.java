package io.dropprobe.operator.accounting;

import io.dropprobe.api.schema.Limits;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;

/** Packets a second: what is happening now. */
public final class Rates {
  private Rates() {}

  /**
   * How much of a reported rate still holds. A node that drops packets reports every interval; when
   * it has missed one, its rate decays, to nothing when the report is stale.
   *
   * @return 0 to 1
   */
  public static double weight(
      Instant reportedAt, Instant now, Duration interval, Duration staleAfter) {
    double age = Duration.between(reportedAt, now).toMillis();
    double full = Math.min(interval.multipliedBy(2).toMillis(), staleAfter.toMillis());
    double none = staleAfter.toMillis();
    if (age <= full) {
      return age < none ? 1 : 0;
    }
    return age >= none ? 0 : (none - age) / (none - full);
  }

  /**
   * A rate as it is reported.
   *
   * @param text null, or something that is no credible number of packets a second, is unknown
   * @return null when unknown
   */
  public static Double parse(String text) {
    try {
      double rate = text == null ? Double.NaN : Double.parseDouble(text);
      return rate >= 0 && rate <= Limits.RATE ? rate : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /**
   * For people: one decimal below 10, whole numbers above; never "0.0".
   *
   * @param rate null in, null out
   */
  public static String format(Double rate) {
    if (rate == null) {
      return null;
    }
    double r = Math.max(0, rate);
    BigDecimal rounded = BigDecimal.valueOf(r).setScale(r < 9.95 ? 1 : 0, RoundingMode.HALF_UP);
    return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
  }
}
