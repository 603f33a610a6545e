// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.operator.testing.TestClock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CurrentSettingsTest {
  private final TestClock clock = new TestClock();
  private final CurrentSettings current = new CurrentSettings(clock);

  @Test
  void settingsAreKnownOnceConfigMapIsRead() {
    assertFalse(current.known());
    Map<String, String> given = Map.of("agentImage", "a", "builderImage", "b", "staleAfter", "1h");
    assertEquals(Optional.of(Settings.parse(given)), current.read(given));
    assertTrue(current.known());
    assertEquals(Settings.parse(given), current.get());
    assertEquals(Optional.empty(), current.problem());
  }

  @Test
  void invalidConfigMapKeepsLastValidSettingsOrDefaults() {
    assertEquals(Optional.empty(), current.read(Map.of()));
    assertTrue(current.known());
    assertEquals(Settings.DEFAULTS, current.get());
    assertTrue(current.problem().orElseThrow().contains("agentImage"));
  }

  /** An emergency leaves no time to look for the mistake in another line. */
  @Test
  void enabledTakesEffectAlthoughAnotherValueIsInvalid() {
    assertEquals(Optional.empty(), current.enabled());
    current.read(Map.of("enabled", "false", "lease", "soon"));
    assertEquals(Optional.of(false), current.enabled());
    current.read(Map.of("enabled", "perhaps"));
    assertEquals(Optional.of(false), current.enabled());
    current.read(Map.of("lease", "soon"));
    assertEquals(Optional.of(true), current.enabled());
  }

  @Test
  void listenersAreCalledAfterEveryChangeOnly() {
    AtomicInteger calls = new AtomicInteger();
    current.onChange(calls::incrementAndGet);
    current.read(Map.of("enabled", "false"));
    current.read(Map.of("enabled", "false"));
    assertEquals(1, calls.get());
    current.read(Map.of("enabled", "true"));
    assertEquals(2, calls.get());
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
