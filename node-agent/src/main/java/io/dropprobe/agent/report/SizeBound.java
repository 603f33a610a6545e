package io.dropprobe.agent.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;

/**
 * Keeps a report small: each one goes to every watcher. The schema's bounds alone would allow 0.9
 * MB.
 */
final class SizeBound {
  static final int BYTES = 256 * 1024;

  private static final ObjectMapper JSON = new ObjectMapper();

  private SizeBound() {}

  /**
   * The same report with lists so short that it fits; the headlines stay as they are.
   *
   * @return the report itself when it fits, else a copy
   */
  static DropProbeNodeStatus bounded(DropProbeNodeStatus report) {
    if (size(report) <= BYTES) {
      return report;
    }
    DropProbeNodeStatus copy = ReportCopy.of(report);
    for (int keep = 40; keep >= 5 && size(copy) > BYTES; keep /= 2) {
      ProbeReports.cutLists(copy.probes, keep);
    }
    return copy;
  }

  static int size(DropProbeNodeStatus status) {
    try {
      return JSON.writeValueAsBytes(status).length;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
