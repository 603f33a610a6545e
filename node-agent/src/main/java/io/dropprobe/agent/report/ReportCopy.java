// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;

/** Copies reports, so that a report which somebody else reads is never changed. */
final class ReportCopy {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ReportCopy() {}

  /** A deep copy through the JSON of the API, so that no field can be forgotten. */
  static DropProbeNodeStatus of(DropProbeNodeStatus report) {
    return JSON.convertValue(report, DropProbeNodeStatus.class);
  }
}
