package io.dropprobe.agent.platform;

import java.util.logging.LogManager;

/**
 * Keeps the log going while the process ends: the JDK's own manager drops its handlers in a
 * shutdown hook, and the last things done are worth reading.
 */
public final class LastingLogManager extends LogManager {
  @Override
  public void reset() {
    // Nothing: see above.
  }
}
