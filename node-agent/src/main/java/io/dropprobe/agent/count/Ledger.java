package io.dropprobe.agent.count;

import io.dropprobe.agent.kernel.ProbeSnapshot;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The accounts of this node. Numbers of one series never go down; a new series starts at zero.
 *
 * <p>Not thread-safe: belongs to the loop.
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
   * Takes up what was known before this process: the journal and this node's own report, the newer
   * one for each probe.
   */
  public void load(Collection<Account> reported) {
    try {
      journal.load().forEach(a -> accounts.put(a.uid(), a));
    } catch (IOException | RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "the journal can''t be read, going on without: {0}", e);
    }
    for (Account r : reported) {
      accounts.merge(r.uid(), r, (known, other) -> newest(known, other));
    }
  }

  private static Account newest(Account journaled, Account reported) {
    // Another series in the report is an older or a newer one; the journal is written when a series
    // begins, so it knows.
    return journaled.sameSeries(reported) ? journaled.newer(reported) : journaled;
  }

  /** The account of a probe; empty when there is none of this series and Node. */
  public Optional<Account> find(String uid, String series, String nodeUid) {
    return Optional.ofNullable(accounts.get(uid))
        .filter(a -> a.series().equals(series) && a.nodeUid().equals(nodeUid));
  }

  /** The account of a probe, of whatever series; empty when there is none of this Node. */
  public Optional<Account> find(String uid, String nodeUid) {
    return Optional.ofNullable(accounts.get(uid)).filter(a -> a.nodeUid().equals(nodeUid));
  }

  /** Since when a series has been counted on this node; null when it has not been. */
  public Instant since(String uid, String series) {
    Account a = accounts.get(uid);
    return a != null && a.series().equals(series) ? a.since() : null;
  }

  /**
   * Whether a probe in the kernel can go on counting for a series: it is what it was added for, by
   * its tag and by what is remembered; or (an epoch that nobody remembers, without a tag) it has
   * counted something and is the best there is.
   *
   * @param options what it would be added with now
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

  /** Takes in a reading of a probe that counts for the series. */
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

  /** Takes in the last reading before a probe is removed, whatever is wanted of it now. */
  public void recordLast(ProbeSnapshot probe) {
    Account a = accounts.get(probe.uid());
    if (a != null && probe.epoch().equals(a.epoch())) {
      accounts.put(probe.uid(), a.record(Counts.of(probe, catalog)));
      unsaved = true;
    }
  }

  /**
   * Takes note of a probe that another node owns. If it is the epoch that was counted here, all of
   * it is in that node's account now.
   */
  public void handedOver(ProbeSnapshot probe) {
    Account a = accounts.get(probe.uid());
    if (a != null && probe.epoch().equals(a.epoch())) {
      accounts.put(probe.uid(), a.handedOver());
      unsaved = true;
    }
  }

  /** Forgets DropProbes that are no more. */
  public void retain(Set<String> uids) {
    unsaved |= accounts.keySet().retainAll(uids);
  }

  /** Saves if an epoch has begun or ended since the last time. */
  public void saveChanges() {
    if (unsaved) {
      save();
    }
  }

  /** Saves. A disk that refuses costs what a crash would lose, and is said in the log. */
  public void save() {
    try {
      journal.save(accounts.values());
      unsaved = false;
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "the journal can''t be written: {0}", e.toString());
    }
  }
}
