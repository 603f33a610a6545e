// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import io.dropprobe.api.schema.Sums;
import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.Counters;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.LocationCount;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ReasonCount;
import io.dropprobe.api.v1alpha1.StageCount;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Restores accounts from this node's last report, for a node whose disk is new. Entries of a list
 * without a name are skipped: the schema requires none.
 */
public final class ReportedAccounts {
  private ReportedAccounts() {}

  /**
   * The accounts in a report.
   *
   * @param status null means that there is no report
   */
  public static List<Account> of(@Nullable DropProbeNodeStatus status) {
    if (status == null || status.nodeUID == null || status.probes == null) {
      return List.of();
    }
    String nodeUid = status.nodeUID;
    return status.probes.stream().flatMap(p -> account(nodeUid, p).stream()).toList();
  }

  private static Optional<Account> account(String nodeUid, ProbeReport p) {
    if (p.uid == null || p.series == null || p.packets == null) {
      return Optional.empty();
    }
    // A report has one list for all epochs. It goes to the current one: if the kernel still has the
    // epoch, its own detail replaces the list, and otherwise both are added anyway.
    Counts base = new Counts(Counters.of(p.base), null, Map.of(), Map.of(), Map.of());
    Counts current =
        new Counts(
            p.counters().known().minus(base.counters()),
            Times.parseOrNull(p.last),
            reasons(p.reasons),
            locations(p.locations),
            stages(p.stages));
    return Optional.of(
        new Account(
            p.uid, p.series, nodeUid, p.epoch, null, Times.parseOrNull(p.since), base, current));
  }

  private static Map<String, Stage> stages(@Nullable List<StageCount> list) {
    Map<String, Stage> map = new TreeMap<>();
    if (list != null) {
      for (StageCount s : list) {
        if (s.stage != null) {
          String via = s.via == null ? "none" : s.via.name().toLowerCase(Locale.ROOT);
          map.put(s.stage, new Stage(via, s.symbol, s.packets, s.segments, s.missed));
        }
      }
    }
    return map;
  }

  private static Map<String, Long> reasons(@Nullable List<ReasonCount> list) {
    Map<String, Long> map = new TreeMap<>();
    if (list != null) {
      for (ReasonCount r : list) {
        if (r.reason != null) {
          map.merge(r.reason, Sums.orZero(r.packets), Long::sum);
        }
      }
    }
    return map;
  }

  private static Map<String, Long> locations(@Nullable List<LocationCount> list) {
    Map<String, Long> map = new TreeMap<>();
    if (list != null) {
      for (LocationCount l : list) {
        if (l.location != null) {
          map.merge(l.location, Sums.orZero(l.packets), Long::sum);
        }
      }
    }
    return map;
  }
}
