package io.dropprobe.agent.count;

import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.api.schema.Times;
import java.time.Instant;

/**
 * What was freed for one reason, divided into drops and noise by the functions that freed it. What
 * has no cell is what its reason is. Drops and noise together are all of the reason, exactly.
 */
final class ReasonSplit {
  private final ProbeSnapshot.Reason all;
  private final ReasonCatalog catalog;
  private final boolean noise;

  /** Cells that are not what their reason is: drops of a noisy reason, noise of another. */
  private Amount exceptions = Amount.NONE;

  private long inCells;
  private Instant lastOfTheRest;

  ReasonSplit(ProbeSnapshot.Reason all, ReasonCatalog catalog) {
    this.all = all;
    this.catalog = catalog;
    this.noise = catalog.noise(all.name());
  }

  /** Takes in a cell of this reason, and says whether it is noise. */
  boolean add(ProbeSnapshot.Cell cell, String function) {
    boolean cellNoise = catalog.noise(all.name(), function);
    inCells += cell.packets();
    if (cellNoise != noise) {
      exceptions =
          exceptions.plus(new Amount(cell.packets(), cell.segments(), cell.bytes(), cell.last()));
    } else {
      lastOfTheRest = Times.later(lastOfTheRest, cell.last());
    }
    return cellNoise;
  }

  /** What is lost. */
  Amount drops() {
    return noise ? exceptions : rest();
  }

  /** Packets that are not. */
  long noise() {
    return all.packets() - drops().packets();
  }

  private Amount rest() {
    long packets = all.packets() - exceptions.packets();
    // The last one may have no cell.
    Instant last = inCells == all.packets() ? lastOfTheRest : all.last();
    return new Amount(
        packets,
        all.segments() - exceptions.segments(),
        all.bytes() - exceptions.bytes(),
        packets > 0 ? last : null);
  }

  /**
   * @param last null when there are no packets
   */
  record Amount(long packets, long segments, long bytes, Instant last) {
    static final Amount NONE = new Amount(0, 0, 0, null);

    Amount plus(Amount o) {
      return new Amount(
          packets + o.packets, segments + o.segments, bytes + o.bytes, Times.later(last, o.last));
    }
  }
}
