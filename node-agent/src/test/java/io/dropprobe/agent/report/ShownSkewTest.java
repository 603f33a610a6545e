// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ShownSkewTest {
  private final ShownSkew skew = new ShownSkew();

  private void shows(int minutes, int... seconds) {
    for (int s : seconds) {
      assertEquals(Duration.ofMinutes(minutes), skew.show(Duration.ofSeconds(s)), s + " s");
    }
  }

  @Test
  void beginsAtAMinuteAndEndsBelow45Seconds() {
    shows(0, 0, 59, -59);
    shows(1, 60, 59, 61, 46);
    shows(0, 44, 59);
    shows(-1, -60, -50);
    shows(0, -30);
  }

  @Test
  void doesNotFollowTheVariationOfMeasurements() {
    shows(60, 3600, 3599, 3601, 3655, 3545);
    shows(61, 3661);
    shows(61, 3630);
    shows(-60, -3600);
  }
}
