// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.cluster;

import io.dropprobe.api.client.Time;
import io.dropprobe.api.schema.Lists;
import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The reports, and when each last changed by the operator's own monotonic clock. Kubernetes judges
 * its nodes in the same way: only times that one has taken oneself can be compared. While the
 * operator has no watch, no report gets older: after an outage of the API server all nodes would
 * look as if they had stopped.
 */
final class ReportStore extends PrunedStore<DropProbeNode> {
  private final Map<String, Change> changes = new ConcurrentHashMap<>();
  private final Time time;

  /** When {@link #look} was last called, in milliseconds of the monotonic clock. */
  private long looked;

  /** Milliseconds without a watch so far. */
  private long blind;

  /**
   * The last change of a report.
   *
   * @param content differs after each write of the agent
   * @param at in milliseconds of {@link #seen}
   */
  private record Change(List<String> content, long at) {}

  ReportStore(UnaryOperator<DropProbeNode> prune, Time time) {
    super(prune);
    this.time = time;
    this.looked = time.millis();
  }

  /**
   * Takes whether there is a watch now. To be called regularly: time since the last call counts as
   * with or without one.
   */
  synchronized void look(boolean watching) {
    long now = time.millis();
    if (!watching) {
      blind += now - looked;
    }
    looked = now;
  }

  /** Milliseconds during which changes were seen, since an arbitrary moment. */
  synchronized long seen() {
    return time.millis() - blind;
  }

  @Override
  public @Nullable DropProbeNode put(String key, DropProbeNode report) {
    changes.compute(key, (k, before) -> change(before, report));
    return super.put(key, report);
  }

  @Override
  public @Nullable DropProbeNode remove(String key) {
    changes.remove(key);
    return super.remove(key);
  }

  /** Time since a report last changed; zero if it is not in the store. */
  Duration age(DropProbeNode report) {
    Change last = changes.get(getKey(report));
    return last == null ? Duration.ZERO : Duration.ofMillis(seen() - last.at);
  }

  /** A list that is read again has the same content, and other writers do not count. */
  private Change change(@Nullable Change before, DropProbeNode report) {
    List<String> content =
        List.of(
            report.getMetadata().getUid(),
            String.valueOf(report.getStatus() == null ? null : report.getStatus().reportedAt));
    if (before == null) {
      return new Change(content, seen() - ageByServer(report).toMillis());
    }
    return before.content.equals(content) ? before : new Change(content, seen());
  }

  /**
   * Time since the last write by the API server's clock, for a report that was written before this
   * process saw it. Without it, the node's own time is used.
   */
  private Duration ageByServer(DropProbeNode report) {
    List<ManagedFieldsEntry> writes = Lists.orEmpty(report.getMetadata().getManagedFields());
    Instant written =
        writes.stream()
            .filter(w -> "status".equals(w.getSubresource()))
            .map(w -> Times.parseOrNull(w.getTime()))
            .filter(Objects::nonNull)
            .max(Comparator.naturalOrder())
            .orElse(
                report.getStatus() == null
                    ? null
                    : Times.parseOrNull(report.getStatus().reportedAt));
    Duration age = written == null ? Duration.ZERO : Duration.between(written, time.wall());
    return age.isNegative() ? Duration.ZERO : age;
  }
}
