// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import java.math.BigDecimal;
import java.math.MathContext;
import org.jspecify.annotations.Nullable;

/** Which part of the packets was lost. */
final class Share {
  private static final MathContext TWO_DIGITS = new MathContext(2);

  private Share() {}

  /**
   * The lost packets as a share of themselves and of the traffic, in percent with two digits.
   *
   * @param traffic packets that IP has received and sent; null means unknown
   * @return null if it is unknown, or if there were no packets
   */
  static @Nullable String of(@Nullable Long lost, @Nullable Long traffic) {
    if (lost == null || traffic == null || (lost == 0 && traffic == 0)) {
      return null;
    }
    BigDecimal all = BigDecimal.valueOf(lost).add(BigDecimal.valueOf(traffic));
    BigDecimal percent =
        BigDecimal.valueOf(lost).movePointRight(2).divide(all, MathContext.DECIMAL64);
    return percent.round(TWO_DIGITS).stripTrailingZeros().toPlainString();
  }
}
