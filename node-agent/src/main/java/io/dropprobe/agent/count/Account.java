// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import io.dropprobe.agent.kernel.Netstat;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.api.schema.Sums;
import io.dropprobe.api.v1alpha1.Counters;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The counts of one probe on this node.
 *
 * @param uid UID of the DropProbe
 * @param series identifies what is counted; another series starts at zero
 * @param nodeUid UID of the Node object; a Node recreated under the same name starts at zero
 * @param since when this node began to count the series; null means that it has not
 * @param base counts of earlier epochs
 * @param counted these and what was judged of the present epoch
 * @param epoch the present epoch; null means none
 * @param floor counts that were reported and are ahead of {@code counted}: nothing may be smaller.
 *     Null means none
 */
public record Account(
    String uid,
    String series,
    String nodeUid,
    @Nullable Instant since,
    Counts base,
    Counts counted,
    @Nullable Epoch epoch,
    @Nullable Counts floor) {

  /**
   * The life of a probe in a kernel.
   *
   * @param options options that the probe was added with; null means unknown (read from a report)
   * @param reading what is in {@code counted}
   * @param tally what the kernel's own counters have shown, which is in {@code counted}, too
   */
  record Epoch(String id, @Nullable String options, Reading reading, Tally tally) {
    /** An epoch of which nothing is counted. */
    static Epoch unread(String id, @Nullable String options) {
      return new Epoch(id, options, Reading.NONE, Tally.NONE);
    }

    Epoch with(Reading next, Tally nextTally) {
      return new Epoch(id, options, next, nextTally);
    }
  }

  /** An account that has counted nothing. */
  static Account fresh(String uid, String series, String nodeUid) {
    return new Account(uid, series, nodeUid, null, Counts.ZERO, Counts.ZERO, null, null);
  }

  /** The reported counts: earlier epochs and this one. */
  public Counts total() {
    return floor == null ? counted : CountsBuilder.atLeast(floor, counted);
  }

  /** Which of the kernel's own counters were read last in this epoch; null means none yet. */
  public @Nullable Coverage coverage() {
    return epoch == null ? null : epoch.tally().coverage();
  }

  /** The id of the present epoch; null means none. */
  public @Nullable String epochId() {
    return epoch == null ? null : epoch.id();
  }

  boolean isOf(String epochId) {
    return epochId.equals(epochId());
  }

  /**
   * This account with a newer reading of its epoch. Without new packets it stays unchanged, because
   * timestamps are derived from jiffies and jitter by up to one second.
   *
   * @param last whether nothing may wait, because the epoch ends
   */
  Account record(Readout read, Judge judge, boolean last) {
    Epoch present = Objects.requireNonNull(epoch);
    Tally tally = present.tally();
    Netstat netstat = read.netstat();
    // Which counters a probe has decides what its frees mean. What was reported is compared with
    // everything that the kernel has.
    if (netstat == null && !last && (tally.coverage() == null || floor != null)) {
      return this;
    }
    Judge judged = judge.with(netstat == null ? tally.names() : netstat.usable());
    boolean uncounted = present.reading().equals(Reading.NONE);
    // It takes two readings to know what the counters have.
    if (netstat != null && floor != null && !last && uncounted && tally.begins(judged.counters())) {
      return with(present.with(Reading.NONE, tally.begin(judged.counters(), netstat)));
    }
    boolean waits = netstat == null && !last;
    Reading.Pass pass = present.reading().next(read.sums(), f -> waits && judged.waits(f));
    Tally.Step step =
        netstat == null
            ? new Tally.Step(tally, pass.due(), List.of())
            : tally.next(
                judged.counters(),
                netstat,
                read.sums(),
                pass.due(),
                uncounted && tally.coverage() == null,
                last);
    Counts withTraffic =
        netstat == null ? counted : counted.plusTraffic(step.traffic(tally), step.next());
    Counts withGrowth = CountsBuilder.plus(withTraffic, step.growth(), judged);
    return with(
        read.probe(),
        CountsBuilder.plus(withGrowth, step.shown(), read.at())
            .withSilent(step.next().showsSilentLosses()),
        present.with(pass.next(), step.next()));
  }

  private Account with(Epoch next) {
    return new Account(uid, series, nodeUid, since, base, counted, next, floor);
  }

  /** This account with newer counts of its epoch. */
  private Account with(ProbeSnapshot probe, Counts newer, Epoch next) {
    Map<String, Stage> read = Stage.of(probe.stages());
    Counts counts =
        newer.with(unplaced(newer.counters(), probe)).with(Stage.sum(base.stages(), read));
    if (floor != null) {
      Counts grown = CountsBuilder.grown(floor, counts);
      Counts earlier = base.with(Stage.less(grown.stages(), read));
      return new Account(uid, series, nodeUid, since, earlier, grown, next, null);
    }
    return counts.equals(counted) && next.equals(epoch)
        ? this
        : new Account(uid, series, nodeUid, since, base, counts, next, null);
  }

  /** Counters of the kernel that are not judged. */
  private Counters unplaced(Counters c, ProbeSnapshot probe) {
    long unkeyed = Sums.orZero(base.counters().unkeyed()) + probe.unkeyed();
    Long undecided =
        c.undecided() == null
            ? null
            : Long.valueOf(Sums.orZero(base.counters().undecided()) + probe.undecided());
    return c.max(Counters.UNKNOWN.with(c.silent(), undecided, unkeyed));
  }

  /**
   * This account with what is known of the probe in the kernel.
   *
   * @param options options that it was added with
   * @param active when it was first activated; null means never
   * @param byNamespace whether it matches namespaces, so that undecided is known
   */
  Account with(String options, @Nullable Instant active, boolean byNamespace) {
    Counters c = counted.counters();
    Counts known =
        byNamespace && c.undecided() == null
            ? counted.with(c.with(c.silent(), 0L, c.unkeyed()))
            : counted;
    // Before it began it has counted nothing, which is known.
    Counts begun =
        byNamespace && base.counters().isEmpty() && base.counters().traffic() == null
            ? base.with(base.counters().withTraffic(0L))
            : base;
    Epoch same =
        epoch == null ? null : new Epoch(epoch.id(), options, epoch.reading(), epoch.tally());
    return new Account(
        uid, series, nodeUid, since == null ? active : since, begun, known, same, floor);
  }

  /** Continues in another epoch: the counts so far become the base, with what still waits. */
  Account next(String epochId, String options, Judge judge) {
    Counts all =
        epoch == null ? counted : CountsBuilder.plus(counted, epoch.reading().waiting(), judge);
    all = floor == null ? all : CountsBuilder.atLeast(floor, all);
    Epoch next = Epoch.unread(epochId, options);
    return new Account(uid, series, nodeUid, since, all, all, next, null);
  }

  /**
   * This account with what another node has reported of the present epoch, as if this node had.
   *
   * @param o the other node's account
   */
  Account takenOver(Account o) {
    Counts reported = o.total();
    Counters ofEpoch = reported.counters().minus(o.base.counters());
    Counts floor = CountsBuilder.grown(counted, reported.with(counted.counters().plus(ofEpoch)));
    return new Account(uid, series, nodeUid, since, base, counted, epoch, floor);
  }

  /** This account without this epoch, which another node owns now. */
  Account handedOver() {
    return new Account(uid, series, nodeUid, since, base, base, null, null);
  }

  /** Whether two accounts count the same series on the same Node. */
  boolean sameSeries(Account o) {
    return uid.equals(o.uid) && series.equals(o.series) && nodeUid.equals(o.nodeUid);
  }

  /**
   * This account with what was reported, if that is newer. What was reported of the present epoch
   * is settled when the kernel is read next.
   *
   * @param o account from a report of the same series
   */
  Account newer(Account o) {
    Instant begun = since == null ? o.since : since;
    boolean ahead = o.total().everything() > total().everything();
    // The kernel may have been read since, and judged otherwise than what was reported.
    boolean differs = o.epoch != null && isOf(o.epoch.id()) && !total().covers(o.total());
    if (!ahead && !differs) {
      return new Account(uid, series, nodeUid, begun, base, counted, epoch, floor);
    }
    // A report without an epoch was written while the kernel could not be read.
    if (epoch != null && (o.epoch == null || epoch.id().equals(o.epoch.id()))) {
      return new Account(uid, series, nodeUid, begun, base, counted, epoch, o.total());
    }
    Counts all = CountsBuilder.atLeast(o.total(), total());
    if (o.epoch == null) {
      return new Account(uid, series, nodeUid, begun, all, all, null, null);
    }
    Counts earlier = CountsBuilder.grown(base, o.base);
    return new Account(uid, series, nodeUid, begun, earlier, earlier, o.epoch, all);
  }
}
