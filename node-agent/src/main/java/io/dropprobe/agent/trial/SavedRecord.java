// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.trial;

import io.dropprobe.agent.platform.Backoff;
import io.dropprobe.api.client.Time;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The record of this node, and whether its disk has it. Not thread-safe: used by the loop. */
final class SavedRecord {
  private static final System.Logger LOG = System.getLogger(SavedRecord.class.getName());

  private final TrialFile file;
  private final Time time;
  private final Backoff saves = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1));
  private TrialRecord record;

  /** Why the disk has another record; null if it has this one. */
  private @Nullable String error;

  /**
   * Writes nothing yet.
   *
   * @param record that the file has
   */
  SavedRecord(TrialFile file, Time time, TrialRecord record) {
    this.file = file;
    this.time = time;
    this.record = record;
  }

  TrialRecord get() {
    return record;
  }

  /** Why the disk has another record, which {@link #saveAgain} writes; null if it has this one. */
  @Nullable String error() {
    return error;
  }

  /** For what makes the record milder: if it cannot be written, a later pass writes it. */
  void change(TrialRecord changed) {
    if (!changed.equals(record)) {
      record = changed;
      save();
    }
  }

  /** Writes what could not be written, if that is due. */
  void saveAgain() {
    if (error != null && saves.ready(time.millis())) {
      save();
    }
  }

  /** Writes what could not be written, now: the agent ends. */
  void saveLast() {
    if (error != null) {
      save();
    }
  }

  /**
   * Changes the record, and returns when that is on the disk.
   *
   * @throws IOException if it cannot be written: then the record is not changed
   */
  void write(TrialRecord changed) throws IOException {
    if (error != null && !saves.ready(time.millis())) {
      throw new IOException(error);
    }
    try {
      file.save(changed);
      record = changed;
      saved();
    } catch (IOException e) {
      failed(e);
      throw e;
    }
  }

  /** When {@link #saveAgain} is due, in milliseconds of the clock; Long.MAX_VALUE for never. */
  long dueAt() {
    return error == null ? Long.MAX_VALUE : saves.readyAt();
  }

  private void save() {
    try {
      file.save(record);
      saved();
    } catch (IOException e) {
      failed(e);
      LOG.log(
          System.Logger.Level.WARNING,
          "cannot record the trial of a module: {0}; a later pass tries again",
          e.toString());
    }
  }

  private void saved() {
    error = null;
    saves.succeeded();
  }

  private void failed(IOException e) {
    error = e.getMessage() == null ? e.toString() : e.getMessage();
    saves.failed(time.millis());
  }
}
