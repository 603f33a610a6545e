// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dropprobe.api.v1alpha1.Counters;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How two reports differ: not at all, in counts only, or in state. */
enum ReportDiff {
  NONE,
  COUNTS,
  STATE;

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Fields of a probe's report that change with the traffic. */
  private static final List<String> COUNT_FIELDS =
      Stream.concat(
              Counters.NAMES.stream(),
              Stream.of(
                  "lostPerSecond",
                  "refusedPerSecond",
                  "lastLoss",
                  "causes",
                  "locations",
                  "deviceErrors",
                  "stages"))
          .toList();

  /**
   * Compares two reports.
   *
   * @param before null means that there was no report
   */
  static ReportDiff between(@Nullable DropProbeNodeStatus before, DropProbeNodeStatus after) {
    if (before == null) {
      return STATE;
    }
    ObjectNode a = tree(before);
    ObjectNode b = tree(after);
    if (a.equals(b)) {
      return NONE;
    }
    strip(a);
    strip(b);
    return a.equals(b) ? COUNTS : STATE;
  }

  private static ObjectNode tree(DropProbeNodeStatus status) {
    ObjectNode node = JSON.valueToTree(status);
    node.remove("reportedAt");
    dropEmptyLists(node);
    dropTraffic(node);
    return node;
  }

  /** The API server returns an empty list as an absent one. */
  private static void dropEmptyLists(JsonNode node) {
    if (node instanceof ObjectNode object) {
      object.properties().removeIf(e -> e.getValue().isArray() && e.getValue().isEmpty());
    }
    node.forEach(ReportDiff::dropEmptyLists);
  }

  /** It changes all the time, also where nothing is lost, and waits for what is worth a write. */
  private static void dropTraffic(ObjectNode status) {
    status.findParents("traffic").forEach(node -> ((ObjectNode) node).remove("traffic"));
  }

  private static void strip(ObjectNode status) {
    JsonNode probes = status.path("probes");
    probes.forEach(p -> ((ObjectNode) p).remove(COUNT_FIELDS));
  }
}
