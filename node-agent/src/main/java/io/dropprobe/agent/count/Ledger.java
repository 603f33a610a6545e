// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import io.dropprobe.agent.kernel.ProbeSnapshot;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The accounts of this node. Counts of one series never decrease; a new series starts at zero.
 *
 * <p>Not thread-safe: used by the loop.
 */
public final class Ledger {
  private static final System.Logger LOG = System.getLogger(Ledger.class.getName());

  private final Journal journal;
  private final ReasonCatalog catalog;
  private final Map<String, Account> accounts = new HashMap<>();
  private boolean unsaved;

  /** Empty until {@link #load}. */
  public Ledger(Journal journal, ReasonCatalog catalog) {
    this.journal = journal;
    this.catalog = catalog;
  }

  /**
   * Restores the accounts from the journal and this node's last report, the newer one for each
   * probe.
   *
   * @param reported accounts from the last report
   */
  public void load(Collection<Account> reported) {
    try {
      journal.load().forEach(a -> accounts.put(a.uid(), a));
    } catch (IOException | RuntimeException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "cannot read the journal, continuing with the last report only: {0}",
          e);
    }
    for (Account r : reported) {
      accounts.merge(r.uid(), r, (known, other) -> newest(known, other));
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
    if (a == null || !probe.epoch().equals(a.epoch())) {
      return probe.tag() != null || probe.active() || probe.packets() > 0 || probe.filtered() > 0;
    }
    return a.series().equals(series)
        && a.nodeUid().equals(nodeUid)
        && (a.options() == null || a.options().equals(options));
  }

  /** Records a reading of a probe that counts for a series. */
  public void record(ProbeSnapshot probe, String series, String nodeUid, String options) {
    Counts counts = Counts.of(probe, catalog);
    Account known = find(probe.uid(), series, nodeUid).orElse(null);
    if (known != null && probe.epoch().equals(known.epoch())) {
      accounts.put(probe.uid(), known.record(counts).with(options, probe.since()));
      unsaved |= known.since() == null && probe.since() != null;
      return;
    }
    Account fresh =
        known != null
            ? known.next(probe.epoch(), options, counts).with(options, probe.since())
            : new Account(
                probe.uid(),
                series,
                nodeUid,
                probe.epoch(),
                options,
                probe.since(),
                Counts.ZERO,
                counts);
    accounts.put(probe.uid(), fresh);
    unsaved = true;
  }

  /** Records the last reading before a probe is removed, whatever its series. */
  public void recordLast(ProbeSnapshot probe) {
    Account a = accounts.get(probe.uid());
    if (a != null && probe.epoch().equals(a.epoch())) {
      accounts.put(probe.uid(), a.record(Counts.of(probe, catalog)));
      unsaved = true;
    }
  }

  /**
   * Records that another node owns a probe. If this node counted its epoch before, that node's
   * account includes the whole epoch now.
   */
  public void handedOver(ProbeSnapshot probe) {
    Account a = accounts.get(probe.uid());
    if (a != null && probe.epoch().equals(a.epoch())) {
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

  /** Writes the journal. An error is logged; the journal then misses what a crash would lose. */
  public void save() {
    try {
      journal.save(accounts.values());
      unsaved = false;
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "cannot write the journal: {0}; counts since the last report may be lost in a crash",
          e.toString());
    }
  }
}
