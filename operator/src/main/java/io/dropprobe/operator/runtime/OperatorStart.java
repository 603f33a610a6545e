// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.runtime;

import io.javaoperatorsdk.operator.Operator;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import org.jboss.logging.Logger;

/**
 * Starts the reconcilers beside the HTTP server, so that the health checks see a process that is
 * starting. Errors of lists and watches are retried; after any other error the process exits, and
 * the kubelet starts the next one. The framework would leave it running without doing anything.
 */
@ApplicationScoped
public class OperatorStart {
  private static final Logger LOG = Logger.getLogger(OperatorStart.class);

  private final Runnable start;
  private final Runnable stop;
  private final Runnable exit;
  private volatile boolean started;
  private volatile boolean stopping;

  /** Makes no call yet. */
  @Inject
  public OperatorStart(Operator operator) {
    this(() -> operator.start(), () -> operator.stop(), () -> Runtime.getRuntime().halt(1));
  }

  OperatorStart(Runnable start, Runnable stop, Runnable exit) {
    this.start = start;
    this.stop = stop;
    this.exit = exit;
  }

  void begin(@Observes StartupEvent event) {
    new Thread(this::start, "operator-start").start();
  }

  /**
   * Whether the caches are complete and the reconcilers run. The framework's own answer blocks as
   * long as the start takes.
   */
  public boolean isStarted() {
    return started;
  }

  /** Returns when the reconcilers run, or the start has failed. */
  void start() {
    try {
      start.run();
      started = true;
    } catch (RuntimeException | Error e) {
      if (!stopping) {
        LOG.error("the operator can't start; exiting", e);
        exit.run();
      }
    }
  }

  /** Runs before the shared client is closed and the leader lease is released. */
  void end(@Observes ShutdownEvent event) {
    stopping = true;
    stop.run();
  }
}
