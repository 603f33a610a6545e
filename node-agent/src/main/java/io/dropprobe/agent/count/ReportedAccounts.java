// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

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
import java.util.Objects;
import java.util.TreeMap;

/** Restores accounts from this node's last report, for a node whose disk is new. */
public final class ReportedAccounts {
  private ReportedAccounts() {}

  /**
   * The accounts in a report.
   *
   * @param status null if there is no report
   */
  public static List<Account> of(DropProbeNodeStatus status) {
    if (status == null || status.nodeUID == null || status.probes == null) {
      return List.of();
    }
    return status.probes.stream()
        .filter(p -> p.uid != null && p.series != null && p.packets != null)
        .map(p -> account(status.nodeUID, p))
        .toList();
  }

  private static Account account(String nodeUid, ProbeReport p) {
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
    return new Account(
        p.uid, p.series, nodeUid, p.epoch, null, Times.parseOrNull(p.since), base, current);
  }

  private static Map<String, Stage> stages(List<StageCount> list) {
    Map<String, Stage> map = new TreeMap<>();
    if (list != null) {
      list.forEach(
          s ->
              map.put(
                  s.stage,
                  new Stage(
                      s.via == null ? "none" : s.via.name().toLowerCase(Locale.ROOT),
                      s.symbol,
                      s.packets,
                      s.segments,
                      s.missed)));
    }
    return map;
  }

  private static long n(Long number) {
    return Objects.requireNonNullElse(number, 0L);
  }

  private static Map<String, Long> reasons(List<ReasonCount> list) {
    Map<String, Long> map = new TreeMap<>();
    if (list != null) {
      list.forEach(r -> map.merge(r.reason, n(r.packets), Long::sum));
    }
    return map;
  }

  private static Map<String, Long> locations(List<LocationCount> list) {
    Map<String, Long> map = new TreeMap<>();
    if (list != null) {
      list.forEach(l -> map.merge(l.location, n(l.packets), Long::sum));
    }
    return map;
  }
}
