// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import io.dropprobe.api.client.Time;
import java.util.function.LongSupplier;

/** Runs passes in a thread of its own: when one is due, and at once when woken. */
public final class Loop {
  private static final System.Logger LOG = System.getLogger(Loop.class.getName());
  private static final long PAUSE_AFTER_ERROR = 1000;

  private final LongSupplier pass;
  private final Time time;
  private final Thread thread = new Thread(this::run, "loop");
  private boolean woken;
  private boolean stopping;
  private boolean passing;
  private long passes;
  private long failures;
  private long endedAt;

  /**
   * Starts nothing yet.
   *
   * @param pass makes one pass; returns when the next is due, in milliseconds of the clock
   */
  public Loop(LongSupplier pass, Time time) {
    this.pass = pass;
    this.time = time;
  }

  /** Starts the thread. */
  public void start() {
    synchronized (this) {
      endedAt = time.millis();
    }
    thread.start();
  }

  /** Requests a pass now, because something has changed. Called from any thread. */
  public synchronized void wake() {
    woken = true;
    notifyAll();
  }

  /**
   * Ends the thread after the current pass.
   *
   * @param millis longest time to wait for that
   * @return false if the pass has not ended in that time
   * @throws InterruptedException if the caller is interrupted
   */
  public boolean stop(long millis) throws InterruptedException {
    synchronized (this) {
      stopping = true;
      notifyAll();
    }
    thread.join(millis);
    return !thread.isAlive();
  }

  /**
   * Requests a pass and waits for its end, unless the last one ended recently. Concurrent callers
   * share one pass.
   *
   * @param fresh milliseconds for which a pass counts as recent
   * @param millis longest time to wait
   */
  public synchronized void awaitPass(long fresh, long millis) throws InterruptedException {
    long end = System.nanoTime() / 1_000_000 + millis;
    long left = millis;
    while ((passes == 0 || silence() >= fresh) && left > 0) {
      if (!passing) {
        wake();
      }
      wait(left);
      left = end - System.nanoTime() / 1_000_000;
    }
  }

  /** Milliseconds since the last pass ended, with or without an error. */
  public synchronized long silence() {
    return time.millis() - endedAt;
  }

  /** Number of passes. */
  public synchronized long passes() {
    return passes;
  }

  /** Number of passes that ended with an exception. */
  public synchronized long failures() {
    return failures;
  }

  private void run() {
    while (true) {
      synchronized (this) {
        if (stopping) {
          return;
        }
        woken = false;
        passing = true;
      }
      long due = onePass();
      synchronized (this) {
        passing = false;
        passes++;
        endedAt = time.millis();
        notifyAll();
        try {
          for (long left = due - time.millis();
              !woken && !stopping && left > 0;
              left = due - time.millis()) {
            wait(left);
          }
        } catch (InterruptedException e) {
          return;
        }
      }
    }
  }

  private long onePass() {
    try {
      return pass.getAsLong();
    } catch (RuntimeException e) {
      LOG.log(
          System.Logger.Level.ERROR,
          "a pass failed; the next one starts from scratch in one second",
          e);
      synchronized (this) {
        failures++;
      }
      return time.millis() + PAUSE_AFTER_ERROR;
    }
  }
}
