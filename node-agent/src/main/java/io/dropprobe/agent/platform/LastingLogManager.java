// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.platform;

import java.util.logging.LogManager;

/**
 * Keeps logging during shutdown. The JDK's own manager removes its handlers in a shutdown hook,
 * before the agent's hook has logged what it does.
 */
public final class LastingLogManager extends LogManager {
  @Override
  public void reset() {
    // Keeps the handlers; see the class comment.
  }
}
