// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import io.dropprobe.api.schema.Sums;
import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.Counters;
import io.dropprobe.api.v1alpha1.Direction;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.LocationCount;
import io.dropprobe.api.v1alpha1.NodeCause;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.StageCount;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
    if (p.uid == null || p.series == null || p.lost == null) {
      return Optional.empty();
    }
    Counts total =
        new Counts(
            p.counters(),
            Times.parseOrNull(p.lastLoss),
            causes(p.causes),
            locations(p.locations),
            stages(p.stages));
    // A report has one list for all epochs, and only numbers of the earlier ones.
    Counts base = Counts.ZERO.with(Counters.of(p.base));
    Account.Epoch epoch = p.epoch == null ? null : Account.Epoch.unread(p.epoch, null);
    Instant since = Times.parseOrNull(p.since);
    return Optional.of(
        epoch == null
            ? new Account(p.uid, p.series, nodeUid, since, total, total, null, null)
            : new Account(p.uid, p.series, nodeUid, since, base, base, epoch, total));
  }

  private static Map<String, Stage> stages(@Nullable List<StageCount> list) {
    Map<String, Stage> map = new HashMap<>();
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

  private static Map<CauseKey, Freed> causes(@Nullable List<NodeCause> list) {
    Map<CauseKey, Freed> map = new HashMap<>();
    if (list != null) {
      for (NodeCause c : list) {
        if (c.cause != null && c.effect != null) {
          map.merge(
              new CauseKey(c.cause, c.effect, c.dropClass, Direction.orUnknown(c.direction)),
              Freed.NONE.plus(Sums.orZero(c.packets), c.location),
              Freed::plus);
        }
      }
    }
    return map;
  }

  private static Map<String, Long> locations(@Nullable List<LocationCount> list) {
    Map<String, Long> map = new HashMap<>();
    if (list != null) {
      for (LocationCount l : list) {
        if (l.location != null) {
          map.merge(l.location, Sums.orZero(l.packets), Sums::sum);
        }
      }
    }
    return map;
  }
}
