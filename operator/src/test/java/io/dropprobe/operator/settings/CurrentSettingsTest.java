// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.operator.testing.TestClock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CurrentSettingsTest {
  private final TestClock clock = new TestClock();
  private final CurrentSettings current = new CurrentSettings(clock);

  @Test
  void settingsAreKnownOnceConfigMapIsRead() {
    assertFalse(current.known());
    Settings given =
        Settings.parse(Map.of("agentImage", "a", "builderImage", "b", "staleAfter", "1h"));
    current.accept(Optional.of(given), Optional.empty());
    assertTrue(current.known());
    assertEquals(given, current.get());
  }

  @Test
  void invalidConfigMapKeepsLastValidSettingsOrDefaults() {
    current.accept(Optional.empty(), Optional.of("bad"));
    assertTrue(current.known());
    assertEquals(Settings.DEFAULTS, current.get());
  }

  @Test
  void defaultsApplyAfterThirtySecondsWithoutConfigMap() {
    clock.passes(Duration.ofHours(1));
    assertFalse(current.known(), "the operator may have waited an hour to be elected");
    clock.passes(Duration.ofSeconds(29));
    assertFalse(current.known());
    clock.passes(Duration.ofSeconds(1));
    assertTrue(current.known());
    assertEquals(Settings.DEFAULTS, current.get());
  }
}
