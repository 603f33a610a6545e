// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.runtime;

import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Ends a process that can't go on; the kubelet starts the next one. It does not shut down, because
 * another leader may work by now and nothing may be written.
 */
@ApplicationScoped
public class Exit {
  private static final Logger LOG = Logger.getLogger(Exit.class);

  private final Runnable halt;
  private volatile boolean stopping;

  /** Halts this virtual machine. */
  @Inject
  public Exit() {
    this(() -> Runtime.getRuntime().halt(1));
  }

  Exit(Runnable halt) {
    this.halt = halt;
  }

  /**
   * Logs the reason and halts; does nothing during a shutdown, which causes such errors itself.
   *
   * @param why without the end of the sentence
   * @param cause null means none
   */
  void now(String why, @Nullable Throwable cause) {
    if (!stopping) {
      LOG.error(why + "; exiting", cause);
      halt.run();
    }
  }

  boolean isStopping() {
    return stopping;
  }

  /** Runs before anything stops. */
  void stopping(@Observes @Priority(1) ShutdownEvent event) {
    stopping = true;
  }
}
