package io.dropprobe.agent.count;

import java.time.Instant;

/**
 * The numbers of one probe on this node.
 *
 * @param uid of the DropProbe
 * @param series what is being counted; another series starts at zero
 * @param nodeUid of the Node object; a Node that comes back under the same name counts from zero
 * @param epoch of the counting run that {@code current} is of; null before the first
 * @param options what the probe was added with; null when not known (read from a report)
 * @param since when the series began to be counted on this node; null before
 * @param base earlier epochs
 * @param current this epoch, as last read
 */
public record Account(
    String uid,
    String series,
    String nodeUid,
    String epoch,
    String options,
    Instant since,
    Counts base,
    Counts current) {

  /** What is reported: earlier epochs and this one. */
  public Counts total() {
    return base.plus(current);
  }

  /**
   * The same with a newer reading of the same epoch. Where nothing was counted in between it stays
   * as it is: the module derives times from its tick, and they waver by a second.
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
   * The same, with what is known of the probe in the kernel.
   *
   * @param knownOptions that it was added with
   * @param active since when; null while it has never been
   */
  Account with(String knownOptions, Instant active) {
    Instant begun = since == null ? active : since;
    return new Account(uid, series, nodeUid, epoch, knownOptions, begun, base, current);
  }

  /** Goes on in another epoch: what was counted so far becomes the base. */
  Account next(String newEpoch, String newOptions, Counts counts) {
    return new Account(uid, series, nodeUid, newEpoch, newOptions, since, total(), counts);
  }

  /** The same without this epoch, which is another's now: earlier epochs only. */
  Account handedOver() {
    return new Account(uid, series, nodeUid, null, options, since, base, Counts.ZERO);
  }

  /** Whether these are numbers of the same thing. */
  boolean sameSeries(Account o) {
    return uid.equals(o.uid) && series.equals(o.series) && nodeUid.equals(o.nodeUid);
  }

  /**
   * The newer of two memories of one series. Of one epoch: the larger reading, and the base of the
   * first, which knows more. Of different epochs: the one that has seen more in all.
   *
   * @param o from a report, whose detail is of all epochs and is all in {@code current}
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
