// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import io.dropprobe.api.client.Time;
import io.dropprobe.api.schema.Times;
import io.dropprobe.api.trial.TrialKey;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.TrialPhase;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides after each pass whether to write the report, and remembers what the API server has. After
 * an outage of any length it writes the newest report.
 */
public final class Reporter {
  private static final System.Logger LOG = System.getLogger(Reporter.class.getName());
  private static final long FIRST_RETRY = 1000;
  private static final long LAST_RETRY = 30_000;

  private final ReportWriter writer;
  private final Time time;
  private final Runnable wake;
  private final String node;
  private final Duration heartbeat;

  private final Rates rates = new Rates();

  private @Nullable DropProbeNodeStatus written;
  private long writtenAt;
  private @Nullable DropProbeNodeStatus inFlight;
  private long inFlightAt;
  private long interval;
  private long retryAt = Long.MIN_VALUE;
  private long pause = FIRST_RETRY;
  private long succeeded;
  private long failed;

  /**
   * Writes nothing yet.
   *
   * @param wake called from any thread when a write has ended
   * @param heartbeat longest time without a report
   */
  public Reporter(ReportWriter writer, Time time, Runnable wake, String node, Duration heartbeat) {
    this.writer = writer;
    this.time = time;
    this.wake = wake;
    this.node = node;
    this.heartbeat = heartbeat;
  }

  /** Restores the report that the API server has from before this process; null means none. */
  public synchronized void resume(@Nullable DropProbeNodeStatus previous) {
    written = previous;
    writtenAt = time.millis() - age(previous);
    rates.written(previous, writtenAt, 0);
  }

  /**
   * Age of a report by the wall clock. A report older than a heartbeat makes the next one due at
   * once, so that the operator learns that this node reports again.
   */
  private long age(@Nullable DropProbeNodeStatus previous) {
    Instant at = previous == null ? null : Times.parseOrNull(previous.reportedAt);
    if (at == null) {
      return heartbeat.toMillis();
    }
    long age = Duration.between(at, time.wall()).toMillis();
    return Math.max(0, Math.min(age, heartbeat.toMillis()));
  }

  /** The trial that is Running by the last report that the API server has; null means none. */
  public synchronized @Nullable TrialKey announced() {
    DropProbeNodeStatus last = written;
    if (last == null || last.module == null || last.module.trial == null) {
      return null;
    }
    return last.module.trial.phase == TrialPhase.Running ? TrialKey.of(last).orElse(null) : null;
  }

  /** Conditions of the last report; null means none. */
  public synchronized @Nullable List<Condition> conditions() {
    return written == null ? null : written.conditions;
  }

  /**
   * Writes the report if it is due. What is written is a copy with rates and of a bounded size; the
   * report itself, which /metrics renders, is not changed.
   *
   * @param inForce shortest time between two reports of counts
   * @return when to offer the next report, in milliseconds of the clock
   */
  public long offer(DropProbeNodeStatus report, Duration inForce) {
    DropProbeNodeStatus now = null;
    long next;
    synchronized (this) {
      interval = inForce.toMillis();
      DropProbeNodeStatus complete = complete(report);
      ReportSchedule schedule = ReportSchedule.of(node, inForce, heartbeat);
      long due = Math.max(retryAt, schedule.due(written, writtenAt, complete));
      if (inFlight != null) {
        // The end of the write wakes the loop.
        next = Long.MAX_VALUE;
      } else if (due > time.millis()) {
        // Counts that have not changed yet may change before the next slot.
        next = Math.min(due, schedule.slotAfter(time.millis()));
      } else {
        now = start(complete);
        next = Long.MAX_VALUE;
      }
    }
    if (now != null) {
      writer.write(now, this::ended);
    }
    return next;
  }

  /** Writes the report on shutdown, if it differs from the last one. */
  public void flush(DropProbeNodeStatus report) {
    DropProbeNodeStatus complete;
    synchronized (this) {
      complete = complete(report);
      if (ReportDiff.between(written, complete) == ReportDiff.NONE) {
        return;
      }
      start(complete);
    }
    writer.write(complete, this::ended);
  }

  private DropProbeNodeStatus complete(DropProbeNodeStatus report) {
    DropProbeNodeStatus complete = rates.withRates(report, time.millis(), interval);
    writer.complete(complete);
    return SizeBound.bounded(complete);
  }

  private DropProbeNodeStatus start(DropProbeNodeStatus report) {
    report.reportedAt = Times.format(time.wall());
    inFlight = report;
    inFlightAt = time.millis();
    return report;
  }

  private void ended(@Nullable Exception e) {
    synchronized (this) {
      if (e == null) {
        written = inFlight;
        writtenAt = time.millis();
        rates.written(written, inFlightAt, interval);
        retryAt = Long.MIN_VALUE;
        pause = FIRST_RETRY;
        succeeded++;
      } else {
        LOG.log(
            System.Logger.Level.WARNING,
            "cannot write this node''s report: {0}; the agent will retry",
            e.toString());
        retryAt = time.millis() + pause;
        pause = Math.min(pause * 2, LAST_RETRY);
        failed++;
      }
      inFlight = null;
    }
    wake.run();
  }

  /** Whether a write is in progress. */
  public synchronized boolean busy() {
    return inFlight != null;
  }

  /** Number of successful writes since the start. */
  public synchronized long writes() {
    return succeeded;
  }

  /** Number of failed writes since the start. */
  public synchronized long failures() {
    return failed;
  }
}
