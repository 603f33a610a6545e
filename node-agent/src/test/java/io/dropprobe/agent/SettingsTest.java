// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
  private final Map<String, String> env =
      new HashMap<>(Map.of("DROPPROBE_NODE_NAME", "worker-1", "DROPPROBE_NAMESPACE", "ns"));

  @Test
  void defaultsAreDocumented() {
    Settings s = Settings.from(env);
    assertEquals(Duration.ofMinutes(10), s.lease());
    assertEquals(Duration.ofMinutes(5), s.heartbeat());
    assertEquals(Duration.ofSeconds(10), s.minReportInterval());
    assertEquals(9640, s.port());
    assertEquals(9641, s.healthPort());
    assertEquals(32, s.moduleMemoryLimit());
    assertEquals(Path.of("/var/lib/dropprobe"), s.stateDir());
    assertEquals(Path.of("/proc/mooc/net"), s.kernel().procNet());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DROPPROBE_LEASE | soon | DROPPROBE_LEASE: 'soon' is not a duration; write it in whole hours, minutes or seconds, like 30s or 5m",
        "DROPPROBE_LEASE | 0s | DROPPROBE_LEASE: must be greater than zero",
        "DROPPROBE_PORT | 70000 | DROPPROBE_PORT: '70000' is not a valid port (0-65535)",
        "DROPPROBE_MODULE_MEMORY_LIMIT | 32Mi | DROPPROBE_MODULE_MEMORY_LIMIT: '32Mi' is not a valid number of MiB (8-4096)",
        "DROPPROBE_MODULE_MEMORY_LIMIT | 7 | DROPPROBE_MODULE_MEMORY_LIMIT: '7' is not a valid number of MiB (8-4096)",
        "DROPPROBE_NODE_NAME | ' ' | DROPPROBE_NODE_NAME is not set; the operator's DaemonSet sets it",
      })
  void namesWrongValue(String name, String value, String message) {
    env.put(name, value);
    assertEquals(
        message,
        assertThrows(IllegalArgumentException.class, () -> Settings.from(env)).getMessage());
  }
}
