// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.runtime;

import io.javaoperatorsdk.operator.Operator;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;

/**
 * Starts the reconcilers beside the HTTP server, so that the health checks see a process that is
 * starting. Errors of lists and watches are retried; after any other error the process exits. The
 * framework would leave it running without doing anything.
 */
@ApplicationScoped
public class OperatorStart {
  private final Runnable start;
  private final Runnable stop;
  private final Exit exit;
  private volatile boolean started;

  /** Makes no call yet. */
  @Inject
  public OperatorStart(Operator operator, Exit exit) {
    this(() -> operator.start(), () -> operator.stop(), exit);
  }

  OperatorStart(Runnable start, Runnable stop, Exit exit) {
    this.start = start;
    this.stop = stop;
    this.exit = exit;
  }

  /**
   * Whether the caches are complete and the reconcilers run. The framework's own answer blocks as
   * long as the start takes.
   */
  public boolean isStarted() {
    return started;
  }

  void begin(@Observes StartupEvent event) {
    new Thread(this::start, "operator-start").start();
  }

  /** Returns when the reconcilers run, or the start has failed. */
  void start() {
    if (exit.isStopping()) {
      return;
    }
    try {
      start.run();
      started = !exit.isStopping(); // a shutdown can end a start without an exception
    } catch (RuntimeException | Error e) {
      exit.now("the operator can't start", e);
    }
  }

  /** Runs before the shared client is closed and the leader lease is released. */
  void end(@Observes ShutdownEvent event) {
    stop.run();
  }
}
