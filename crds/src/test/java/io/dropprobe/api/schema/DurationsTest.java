// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
  @ParameterizedTest
  @CsvSource({"30s,30", "10m,600", "1h,3600", "1m30s,90", "90m,5400", "0s,0", "1h1h,7200"})
  void parsesWhatTheSchemaAccepts(String text, long seconds) {
    assertEquals(Duration.ofSeconds(seconds), Durations.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "30", "1d", "-5s", "1.5s", "s", "5 s", "99999999999999999999s"})
  void refusesOtherTextWithTheRule(String text) {
    var e = assertThrows(IllegalArgumentException.class, () -> Durations.parse(text));
    assertEquals(
        "'"
            + text
            + "' is not a duration; write it in whole hours, minutes or seconds, like 30s or 5m",
        e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"0,0s", "30,30s", "60,1m0s", "600,10m0s", "3600,1h0m0s", "90061,25h1m1s", "-5,-5s"})
  void formatsLikeGo(long seconds, String text) {
    assertEquals(text, Durations.format(Duration.ofSeconds(seconds)));
  }

  @Test
  void parsesNullAsNull() {
    assertNull(Durations.parseOrNull(null));
  }
}
