// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The counts of one probe on this node.
 *
 * @param uid UID of the DropProbe
 * @param series identifies what is counted; another series starts at zero
 * @param nodeUid UID of the Node object; a Node recreated under the same name starts at zero
 * @param epoch epoch of {@code current}; null means none yet
 * @param options options that the probe was added with; null means unknown (read from a report)
 * @param since when this node began to count the series; null means that it has not
 * @param base counts of earlier epochs
 * @param current counts of this epoch, as last read
 */
public record Account(
    String uid,
    String series,
    String nodeUid,
    @Nullable String epoch,
    @Nullable String options,
    @Nullable Instant since,
    Counts base,
    Counts current) {

  /** The reported counts: earlier epochs and this one. */
  public Counts total() {
    return base.plus(current);
  }

  /**
   * This account with a newer reading of the same epoch. Without new packets it stays unchanged,
   * because timestamps are derived from jiffies and jitter by up to one second.
   */
  Account record(Counts counts) {
    if (counts.everything() == current.everything()
        && !current.reasons().isEmpty()
        && counts.stages().equals(current.stages())) {
      return this;
    }
    return new Account(uid, series, nodeUid, epoch, options, since, base, counts);
  }

  /**
   * This account with what is known of the probe in the kernel.
   *
   * @param knownOptions options that it was added with
   * @param active when it was first activated; null means never
   */
  Account with(@Nullable String knownOptions, @Nullable Instant active) {
    Instant begun = since == null ? active : since;
    return new Account(uid, series, nodeUid, epoch, knownOptions, begun, base, current);
  }

  /** Continues in another epoch: the counts so far become the base. */
  Account next(String newEpoch, String newOptions, Counts counts) {
    return new Account(uid, series, nodeUid, newEpoch, newOptions, since, total(), counts);
  }

  /** This account without this epoch, which another node owns now. */
  Account handedOver() {
    return new Account(uid, series, nodeUid, null, options, since, base, Counts.ZERO);
  }

  /** Whether two accounts count the same series on the same Node. */
  boolean sameSeries(Account o) {
    return uid.equals(o.uid) && series.equals(o.series) && nodeUid.equals(o.nodeUid);
  }

  /**
   * The newer of two accounts of one series. For one epoch, the larger reading with the base of
   * this account, which has more detail. For different epochs, the one that has counted more in
   * total.
   *
   * @param o account from a report, whose detail covers all epochs and is all in {@code current}
   */
  Account newer(Account o) {
    if (epoch != null && epoch.equals(o.epoch)) {
      Account newest =
          o.current.everything() > current.everything()
              ? record(o.current.withoutDetailOf(base))
              : this;
      return newest.with(options, o.since);
    }
    return o.total().everything() > total().everything()
        ? o.with(o.options, since)
        : with(options, o.since);
  }
}
