// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import io.dropprobe.agent.kernel.Interfaces;
import io.dropprobe.agent.kernel.Netstat;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.agent.kernel.ReasonNames;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The accounts of this node. Counts of one series never decrease; a new series starts at zero.
 *
 * <p>Not thread-safe: used by the loop.
 */
public final class Ledger {
  private static final System.Logger LOG = System.getLogger(Ledger.class.getName());

  private final Journal journal;
  private final Function<ReasonNames, Judge> judges;
  private final Map<String, Account> accounts = new HashMap<>();
  private Judge judge;
  private Interfaces interfaces = Interfaces.NONE;
  private Instant now = Instant.EPOCH;
  private boolean unsaved;
  private @Nullable String saveError;

  /** Whether the accounts are all that can be known, so that they may replace the journal. */
  private boolean restored;

  /**
   * Empty until {@link #load} or {@link #readJournal}.
   *
   * @param judges makes the judge for a kernel
   */
  public Ledger(Journal journal, Function<ReasonNames, Judge> judges) {
    this.journal = journal;
    this.judges = judges;
    this.judge = judges.apply(ReasonNames.NONE);
  }

  /** Takes what the meaning of a free depends on, as this pass has read it from the kernel. */
  public void know(ReasonNames names, Interfaces read, Instant at) {
    judge = judges.apply(names);
    interfaces = read;
    now = at;
  }

  /**
   * Restores the accounts from the journal and this node's last report, the newer one for each
   * probe.
   *
   * @param reported accounts from the last report
   */
  public void load(Collection<Account> reported) {
    readJournal();
    restored = true;
    for (Account r : reported) {
      accounts.merge(r.uid(), r, (known, other) -> newest(known, other));
    }
  }

  /** Restores the accounts from the journal, if that has not been done. */
  public void readJournal() {
    if (restored) {
      return;
    }
    try {
      journal.load().forEach(a -> accounts.put(a.uid(), a));
      restored = true;
    } catch (IOException | RuntimeException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "cannot read the journal, continuing with the last report only: {0}",
          e);
    }
  }

  private static Account newest(Account journaled, Account reported) {
    // The journal is written when a series begins. If the report has another one, it is outdated.
    return journaled.sameSeries(reported) ? journaled.newer(reported) : journaled;
  }

  /** The account of a probe; empty if there is none for this series and Node. */
  public Optional<Account> find(String uid, String series, String nodeUid) {
    return Optional.ofNullable(accounts.get(uid))
        .filter(a -> a.series().equals(series) && a.nodeUid().equals(nodeUid));
  }

  /** The account of a probe for any series; empty if there is none for this Node. */
  public Optional<Account> find(String uid, String nodeUid) {
    return Optional.ofNullable(accounts.get(uid)).filter(a -> a.nodeUid().equals(nodeUid));
  }

  /** Since when this node has counted a series; null means that it has not. */
  public @Nullable Instant since(String uid, String series) {
    Account a = accounts.get(uid);
    return a != null && a.series().equals(series) ? a.since() : null;
  }

  /**
   * Whether a probe in the kernel can continue to count for a series: by its tag and by its account
   * it was added for that. A probe without a tag whose epoch is not known fits if it has counted
   * something, because nothing better is known.
   *
   * @param options options that it would be added with now
   */
  public boolean fits(ProbeSnapshot probe, String series, String nodeUid, String options) {
    if (probe.tag() != null && !probe.tag().equals(Tag.of(series, options))) {
      return false;
    }
    Account a = accounts.get(probe.uid());
    if (a == null || a.epoch() == null || !a.isOf(probe.epoch())) {
      return probe.tag() != null || probe.active() || probe.packets() > 0 || probe.filtered() > 0;
    }
    String known = a.epoch().options();
    return a.series().equals(series)
        && a.nodeUid().equals(nodeUid)
        && (known == null || known.equals(options));
  }

  /**
   * Records a reading of a probe that counts for a series.
   *
   * @param netstat the kernel's own counters, read after the probe; null means that this pass does
   *     not read them
   * @param options options that it was added with
   * @param byNamespace whether it matches namespaces
   */
  public void record(
      ProbeSnapshot probe,
      @Nullable Netstat netstat,
      String series,
      String nodeUid,
      String options,
      boolean byNamespace) {
    Account known =
        find(probe.uid(), series, nodeUid)
            .orElseGet(() -> Account.fresh(probe.uid(), series, nodeUid));
    Account present = known.isOf(probe.epoch()) ? known : known.next(probe.epoch(), options, judge);
    unsaved |= present != known || (known.since() == null && probe.since() != null);
    record(probe, netstat, present.with(options, probe.since(), byNamespace), false);
  }

  /**
   * Records a reading of a probe while the desired state is not known: for what the probe was added
   * for, by its account.
   *
   * @param netstat see {@link #record}
   * @return its account; empty if none is of this epoch, and nothing is recorded
   */
  public Optional<Account> recordAsAdded(ProbeSnapshot probe, @Nullable Netstat netstat) {
    Account a = accounts.get(probe.uid());
    if (a == null || a.epoch() == null || !a.isOf(probe.epoch())) {
      return Optional.empty();
    }
    String options = a.epoch().options();
    if (options == null || !fits(probe, a.series(), a.nodeUid(), options)) {
      return Optional.empty();
    }
    boolean byNamespace = a.counted().counters().undecided() != null;
    record(probe, netstat, a.series(), a.nodeUid(), options, byNamespace);
    return find(probe.uid(), a.nodeUid());
  }

  /**
   * Records the last reading before a probe is removed, whatever its series.
   *
   * @param netstat the kernel's own counters, read after the probe
   */
  public void recordLast(ProbeSnapshot probe, Netstat netstat) {
    Account a = accounts.get(probe.uid());
    if (a != null && a.isOf(probe.epoch())) {
      record(probe, netstat, a, true);
      unsaved = true;
    }
  }

  private void record(ProbeSnapshot probe, @Nullable Netstat netstat, Account a, boolean last) {
    Readout read = Readout.of(probe, netstat, interfaces, now);
    accounts.put(probe.uid(), a.record(read, judge, last));
  }

  /**
   * Continues an epoch that another node has counted before.
   *
   * @param reported that node's account of the epoch
   * @param nodeUid UID of this Node
   * @param options options that the probe was added with
   */
  public void takeOver(Account reported, String nodeUid, String options) {
    String epoch = Objects.requireNonNull(reported.epochId());
    Account known =
        find(reported.uid(), reported.series(), nodeUid)
            .orElseGet(() -> Account.fresh(reported.uid(), reported.series(), nodeUid));
    if (!known.isOf(epoch)) {
      accounts.put(reported.uid(), known.next(epoch, options, judge).takenOver(reported));
      unsaved = true;
    }
  }

  /**
   * Records that another node owns a probe. If this node counted its epoch before, that node's
   * account includes the whole epoch now.
   */
  public void handedOver(ProbeSnapshot probe) {
    Account a = accounts.get(probe.uid());
    if (a != null && a.isOf(probe.epoch())) {
      accounts.put(probe.uid(), a.handedOver());
      unsaved = true;
    }
  }

  /** Deletes the accounts of DropProbes that no longer exist. */
  public void retain(Set<String> uids) {
    unsaved |= accounts.keySet().retainAll(uids);
  }

  /** Writes the journal if an epoch has begun or ended since it was written. */
  public void saveChanges() {
    if (unsaved) {
      save();
    }
  }

  /**
   * Writes the journal, unless it has more than this ledger, which was never loaded. An error is
   * logged; the journal then misses what a crash would lose.
   */
  public void save() {
    if (!restored) {
      return;
    }
    try {
      journal.save(accounts.values());
      unsaved = false;
      saveError = null;
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "cannot write the journal: {0}; counts since the last report may be lost in a crash",
          e.toString());
      saveError = e.toString();
    }
  }

  /** Why the journal could not be written the last time; null means that it could. */
  public @Nullable String saveError() {
    return saveError;
  }
}
