// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dropprobe.api.schema.Lists;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.ProbeReport;
import java.util.List;

/**
 * Limits the size of a report, which goes to every watcher. The schema alone would allow 0.9 MB.
 */
final class SizeBound {
  static final int BYTES = 256 * 1024;

  private static final ObjectMapper JSON = new ObjectMapper();

  private SizeBound() {}

  /**
   * Shortens the lists until the report fits; the headlines do not change.
   *
   * @return the report itself if it fits, else a copy
   */
  static DropProbeNodeStatus bounded(DropProbeNodeStatus report) {
    if (size(report) <= BYTES) {
      return report;
    }
    DropProbeNodeStatus copy = ReportCopy.of(report);
    List<ProbeReport> probes = Lists.orEmpty(copy.probes);
    for (int keep = 40; keep >= 5 && size(copy) > BYTES; keep /= 2) {
      ProbeReports.cutLists(probes, keep);
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
