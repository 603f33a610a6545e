package io.dropprobe.agent.metrics;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Opens a port in the background. Where it is taken, the log says so, everything else goes on, and
 * it is tried again: counting needs no port.
 */
public final class Listener {
  /** Opens the port. */
  public interface Opening {
    /** Throws IOException when it is taken. */
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
   * @param again how long after a failure it is tried again
   */
  public Listener(Duration again) {
    this.again = again;
  }

  /**
   * Returns at once.
   *
   * @param what the port and what is served there, for the log
   * @param consequence what it means that it is not served, and what to do
   */
  public void listen(String what, String consequence, Opening opening) {
    thread.execute(() -> attempt(what, consequence, opening, false));
  }

  private void attempt(String what, String consequence, Opening opening, boolean told) {
    try {
      opening.open();
      if (told) {
        LOG.log(System.Logger.Level.INFO, "{0}: listening now", what);
      }
    } catch (IOException e) {
      if (!told) {
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
