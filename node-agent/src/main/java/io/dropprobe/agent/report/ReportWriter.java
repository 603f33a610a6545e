package io.dropprobe.agent.report;

import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import java.util.function.Consumer;

/** Brings a report to the API server. */
public interface ReportWriter {
  /**
   * Sets what the writer itself knows of a report that is not written yet.
   *
   * @param status is changed
   */
  default void complete(DropProbeNodeStatus status) {}

  /**
   * Writes without keeping the caller waiting.
   *
   * @param done gets null when it was taken, else why not; called from any thread, once
   */
  void write(DropProbeNodeStatus status, Consumer<Exception> done);
}
