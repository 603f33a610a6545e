// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes reports to the API server. */
public interface ReportWriter {
  /**
   * Adds what the writer itself knows to a report before it is written.
   *
   * @param status the report, which is changed
   */
  default void complete(DropProbeNodeStatus status) {}

  /**
   * Writes a report without blocking the caller.
   *
   * @param done called once, from any thread, with null on success or with the error
   */
  void write(DropProbeNodeStatus status, Consumer<@Nullable Exception> done);
}
