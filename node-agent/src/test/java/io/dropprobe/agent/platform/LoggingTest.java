// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.logging.Level;
import org.junit.jupiter.api.Test;

class LoggingTest {
  @Test
  void mapsEveryLevelOfSettings() {
    assertEquals(Level.FINER, Logging.level("TRACE"));
    assertEquals(Level.FINE, Logging.level("DEBUG"));
    assertEquals(Level.INFO, Logging.level("INFO"));
    assertEquals(Level.WARNING, Logging.level("WARN"));
    assertEquals(Level.SEVERE, Logging.level("ERROR"));
  }
}
