package io.dropprobe.agent;

import io.dropprobe.agent.platform.Time;
import java.util.function.LongSupplier;

/** Runs the passes in a thread of its own, at the latest when one is due, at once when woken. */
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
   * @param pass one pass; returns when the next is due, in milliseconds of the clock
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

  /** Something has changed: another pass, now. From any thread. */
  public synchronized void wake() {
    woken = true;
    notifyAll();
  }

  /**
   * Ends the thread after the pass it is in.
   *
   * @param millis waits so long at most
   * @return false when the pass has not ended in that time
   * @throws InterruptedException when the caller is interrupted meanwhile
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
   * Sees to it that the last pass is not older than a bound: where it is, wakes the loop and waits
   * for the end of the pass. However many call this, there is one pass for each such time at most.
   *
   * @param fresh milliseconds since the end of the last pass that are new enough
   * @param millis waits so long at most
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

  /** Milliseconds since a pass has ended, well or not. */
  public synchronized long silence() {
    return time.millis() - endedAt;
  }

  /** Passes so far. */
  public synchronized long passes() {
    return passes;
  }

  /** Passes that ended by an exception. */
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
          "a pass has failed; the next one looks at everything again",
          e);
      synchronized (this) {
        failures++;
      }
      return time.millis() + PAUSE_AFTER_ERROR;
    }
  }
}
