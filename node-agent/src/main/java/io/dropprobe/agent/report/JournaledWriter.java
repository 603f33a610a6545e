// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Saves the journal before each report, so that a new process knows what was reported without the
 * API server.
 *
 * @param writer writes the reports
 * @param save saves the journal; must not throw
 */
public record JournaledWriter(ReportWriter writer, Runnable save) implements ReportWriter {
  @Override
  public void complete(DropProbeNodeStatus status) {
    writer.complete(status);
  }

  @Override
  public void write(DropProbeNodeStatus status, Consumer<@Nullable Exception> done) {
    save.run();
    writer.write(status, done);
  }
}
