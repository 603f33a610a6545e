// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
  private final Map<String, String> data =
      new HashMap<>(Map.of("agentImage", "example.org/a:1", "builderImage", "example.org/b:1"));

  @Test
  void requiresOnlyTheImages() {
    Settings s = Settings.parse(data);
    assertTrue(s.enabled());
    assertEquals(1, s.canaries());
    assertEquals(Duration.ofMinutes(1), s.soak());
    assertEquals(Duration.ofMinutes(10), s.lease());
    assertEquals(Duration.ofMinutes(15), s.staleAfter());
    assertEquals(9640, s.agentPort());
    assertEquals(32, s.moduleMemoryLimit());
    assertEquals("dropprobe-agent", s.priorityClassName());
  }

  /** The manifest states the defaults for users to edit; it must not differ from them. */
  @Test
  void defaultsAreThoseOfTheManifest() throws IOException {
    ConfigMap manifest =
        Serialization.unmarshal(
            Files.readString(Path.of("../deploy/base/settings.yaml")), ConfigMap.class);
    Map<String, String> given = new HashMap<>(manifest.getData());
    given.putAll(data);
    assertEquals(Settings.parse(data), Settings.parse(given));
  }

  @Test
  void acceptsUnknownKeys() {
    data.put("somethingNew", "1");
    assertEquals("INFO", Settings.parse(data).logLevel());
  }

  @ParameterizedTest
  @CsvSource({"8Mi, 8", "48Mi, 48", "1Gi, 1024", "4096Mi, 4096", "4Gi, 4096"})
  void readsMemoryLimitInMebibytes(String value, int mebibytes) {
    data.put("moduleMemoryLimit", value);
    assertEquals(mebibytes, Settings.parse(data).moduleMemoryLimit());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "enabled | no | true or false, in quotes",
        "enabled | True | true or false, in quotes",
        "canaries | -1 | a whole number, 0 to 16",
        "canaries | 17 | a whole number, 0 to 16",
        "canaries | one | a whole number, 0 to 16",
        "soak | 0s | a duration of at least 1s and at most 1h, like 600s or 5m",
        "soak | 61m | a duration of at least 1s and at most 1h, like 600s or 5m",
        "lease | ten | a duration of at least 10s and at most 24h, like 600s or 5m",
        "lease | 9s | a duration of at least 10s and at most 24h, like 600s or 5m",
        "heartbeat | 25h | a duration of at least 1s and at most 24h, like 600s or 5m",
        "minReportInterval | 0s | a duration of at least 1s and at most 24h, like 600s or 5m",
        "staleAfter | 5m | longer than heartbeat (5m0s); otherwise a node without changes is stale",
        "agentPort | 70000 | a port, 1 to 65535",
        "agentPort | http | a port, 1 to 65535",
        "moduleMemoryLimit | 7Mi | a whole number of Mi or Gi, at least 8Mi and at most 4Gi, like 32Mi",
        "moduleMemoryLimit | 4097Mi | a whole number of Mi or Gi, at least 8Mi and at most 4Gi, like 32Mi",
        "moduleMemoryLimit | 5Gi | a whole number of Mi or Gi, at least 8Mi and at most 4Gi, like 32Mi",
        "moduleMemoryLimit | 32 | a whole number of Mi or Gi, at least 8Mi and at most 4Gi, like 32Mi",
        "moduleMemoryLimit | 8.5Mi | a whole number of Mi or Gi, at least 8Mi and at most 4Gi, like 32Mi",
        "agentImage | a image | the name of a container image",
        "priorityClassName | Very High | a name of a PriorityClass, or empty",
        "logLevel | info | one of ERROR, WARN, INFO, DEBUG",
        "logLevel | TRACE | one of ERROR, WARN, INFO, DEBUG",
      })
  void refusesInvalidValueWithKeyValueRuleAndNextStep(String key, String value, String rule) {
    data.put(key, value);
    var e = assertThrows(SettingsException.class, () -> Settings.parse(data));
    assertEquals(
        "ConfigMap dropprobe, key %s: got '%s'; it must be %s. Correct it with kubectl -n dropprobe-system edit configmap dropprobe; until then the last valid settings stay in force."
            .formatted(key, value, rule),
        e.getMessage());
  }

  @Test
  void refusesMissingImage() {
    var e = assertThrows(SettingsException.class, () -> Settings.parse(null));
    assertEquals(
        "ConfigMap dropprobe, key agentImage: missing; it must be the name of a container image. Correct it with kubectl -n dropprobe-system edit configmap dropprobe; until then the last valid settings stay in force.",
        e.getMessage());
  }

  @Test
  void namesKeysWithoutEffect() {
    assertEquals(Optional.empty(), Settings.unknown(null));
    assertEquals(
        Optional.empty(), Settings.unknown(Map.of("operatorImage", "o", "staleAfter", "1h")));
    String message = Settings.unknown(Map.of("leas", "1m", "Lease", "1m")).orElseThrow();
    assertTrue(
        message.startsWith(
            "ConfigMap dropprobe has keys without effect: Lease, leas; known keys are"),
        message);
    assertTrue(message.contains("agentPort") && message.contains("operatorImage"), message);
  }
}
