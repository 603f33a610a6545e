package io.dropprobe.agent.report;

import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import java.util.function.Consumer;

/** Brings a report to the API server. */
public interface ReportWriter {
  /**
   * Writes without keeping the caller waiting.
   *
   * @param done gets null when it was taken, else why not; called from any thread, once
   */
  void write(DropProbeNodeStatus status, Consumer<Exception> done);
}
