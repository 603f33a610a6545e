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

  /** Shortens the lists until the report fits; the headlines stay as they are. */
  static void apply(DropProbeNodeStatus status) {
    for (int keep = 40; keep >= 5 && size(status) > BYTES; keep /= 2) {
      ProbeReports.cutLists(status.probes, keep);
    }
  }

  static int size(DropProbeNodeStatus status) {
    try {
      return JSON.writeValueAsBytes(status).length;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
