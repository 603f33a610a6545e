package io.dropprobe.agent.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;

/** Copies reports, so that none is changed that somebody else reads. */
final class ReportCopy {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ReportCopy() {}

  /** A deep copy, by the API's own form of it: no field can be forgotten. */
  static DropProbeNodeStatus of(DropProbeNodeStatus report) {
    return JSON.convertValue(report, DropProbeNodeStatus.class);
  }
}
