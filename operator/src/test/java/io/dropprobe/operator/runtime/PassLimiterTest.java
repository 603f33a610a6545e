// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.operator.runtime.PassLimiter.Window;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PassLimiterTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  @Test
  void allowsFourPassesInASecondAndSaysHowLongToWait() {
    Window window = new PassLimiter().initState();
    long begun = System.nanoTime() + SECOND;
    for (int i = 0; i < 4; i++) {
      assertEquals(Optional.empty(), PassLimiter.isLimited(window, begun));
    }
    assertEquals(
        Optional.of(Duration.ofMillis(400)),
        PassLimiter.isLimited(window, begun + SECOND * 6 / 10));
    for (int i = 0; i < 4; i++) {
      assertEquals(Optional.empty(), PassLimiter.isLimited(window, begun + SECOND + i));
    }
  }
}
