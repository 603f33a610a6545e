// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.metrics;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Opens a port in the background. If the port is in use, it logs an error and retries, while the
 * agent continues to count.
 */
public final class Listener {
  /** Opens the port. */
  public interface Opening {
    /** Opens it; throws IOException if it is in use. */
    HttpEndpoint open() throws IOException;
  }

  private static final System.Logger LOG = System.getLogger(Listener.class.getName());

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          r -> {
            Thread t = new Thread(r, "listener");
            t.setDaemon(true);
            return t;
          });
  private final Duration again;

  /**
   * Opens nothing yet.
   *
   * @param again pause before the next attempt
   */
  public Listener(Duration again) {
    this.again = again;
  }

  /**
   * Opens a port. Returns at once.
   *
   * @param what the port and its purpose, for the log
   * @param consequence what it means that the port is not open, and what to do, for the log
   */
  public void listen(String what, String consequence, Opening opening) {
    thread.execute(() -> attempt(what, consequence, opening, false));
  }

  private void attempt(String what, String consequence, Opening opening, boolean logged) {
    try {
      opening.open();
      if (logged) {
        LOG.log(System.Logger.Level.INFO, "{0}: listening now", what);
      }
    } catch (IOException e) {
      if (!logged) {
        LOG.log(
            System.Logger.Level.ERROR,
            "cannot listen for {0}: {1}. {2}. The agent tries again every {3} s",
            what,
            e.getMessage(),
            consequence,
            again.toSeconds());
      }
      thread.schedule(
          () -> attempt(what, consequence, opening, true), again.toMillis(), TimeUnit.MILLISECONDS);
    }
  }
}
