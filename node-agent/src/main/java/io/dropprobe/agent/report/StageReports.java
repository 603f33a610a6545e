// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import io.dropprobe.agent.count.Stage;
import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.v1alpha1.StageCount;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes the part of a probe's report about the stages of the path. */
final class StageReports {
  private StageReports() {}

  /** Null means that stages were never counted: an empty list would mean that there are none. */
  static @Nullable List<StageCount> of(Map<String, Stage> stages) {
    return stages.isEmpty()
        ? null
        : new TreeMap<>(stages)
            .entrySet().stream()
                .limit(Limits.NODE_STAGES)
                .map(e -> of(e.getKey(), e.getValue()))
                .toList();
  }

  private static StageCount of(String name, Stage s) {
    StageCount c = new StageCount();
    c.stage = name;
    c.via = via(s.via());
    c.symbol = s.symbol();
    c.packets = s.packets();
    c.segments = s.segments();
    c.missed = s.missed();
    return c;
  }

  /** The hook type; null means one that this agent does not know. */
  private static StageCount.@Nullable Via via(String name) {
    return switch (name) {
      case "tracepoint" -> StageCount.Via.Tracepoint;
      case "ftrace" -> StageCount.Via.Ftrace;
      case "kprobe" -> StageCount.Via.Kprobe;
      case "none" -> StageCount.Via.None;
      default -> null;
    };
  }
}
