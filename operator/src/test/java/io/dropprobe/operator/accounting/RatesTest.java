// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.accounting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RatesTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "0.04, 0",
    "0.05, 0.1",
    "0.3, 0.3",
    "1, 1",
    "9.94, 9.9",
    "9.96, 10",
    "1234.5, 1235",
    "-1, 0"
  })
  void formatsForUsers(double rate, String text) {
    assertEquals(text, Rates.format(rate));
  }

  @Test
  void formatsUnknownAsUnknown() {
    assertNull(Rates.format(null));
    assertNull(Rates.parse(null));
    assertNull(Rates.parse("many"));
    // Java parses these as numbers, but they are not rates.
    assertNull(Rates.parse("NaN"));
    assertNull(Rates.parse("Infinity"));
    assertNull(Rates.parse("-1"));
  }

  /** Interval 30 s, stale after 900 s: full weight for two intervals, then decaying to zero. */
  @ParameterizedTest
  @CsvSource({"0, 1", "60, 1", "480, 0.5", "899, 0.00119", "900, 0", "100000, 0"})
  void decaysWithoutReports(long age, double weight) {
    assertEquals(weight, weight(age, Duration.ofSeconds(30)), 0.0001);
  }

  @Test
  void keepsFullWeightUntilStaleWithALongInterval() {
    Duration hour = Duration.ofHours(1);
    assertEquals(1, weight(899, hour));
    assertEquals(0, weight(901, hour));
  }

  private static double weight(long age, Duration interval) {
    return Rates.weight(Duration.ofSeconds(age), Duration.ofMinutes(15), interval);
  }
}
