// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.api.schema.Times;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Divides the packets of one reason into drops and noise by the functions that freed them. Packets
 * without a cell are what the reason is by itself. Drops and noise sum to the reason's packets.
 */
final class ReasonSplit {
  private final ProbeSnapshot.Reason all;
  private final ReasonCatalog catalog;
  private final boolean noise;

  /** Cells that differ from their reason: drops of a noisy reason, noise of another one. */
  private Amount exceptions = Amount.NONE;

  private long inCells;
  private @Nullable Instant lastOfTheRest;

  ReasonSplit(ProbeSnapshot.Reason all, ReasonCatalog catalog) {
    this.all = all;
    this.catalog = catalog;
    this.noise = catalog.noise(all.name());
  }

  /** Adds a cell of this reason; returns whether it is noise. */
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

  /** The reason with all of its packets. */
  ProbeSnapshot.Reason reason() {
    return all;
  }

  /** Packets that were lost. */
  Amount drops() {
    return noise ? exceptions : rest();
  }

  /** Number of packets that were freed without loss. */
  long noise() {
    return all.packets() - drops().packets();
  }

  private Amount rest() {
    long packets = all.packets() - exceptions.packets();
    // The last packet may have no cell.
    Instant last = inCells == all.packets() ? lastOfTheRest : all.last();
    return new Amount(
        packets,
        all.segments() - exceptions.segments(),
        all.bytes() - exceptions.bytes(),
        packets > 0 ? last : null);
  }

  /**
   * A number of packets.
   *
   * @param last when the last one was dropped; null means never
   */
  record Amount(long packets, long segments, long bytes, @Nullable Instant last) {
    static final Amount NONE = new Amount(0, 0, 0, null);

    Amount plus(Amount o) {
      return new Amount(
          packets + o.packets, segments + o.segments, bytes + o.bytes, Times.later(last, o.last));
    }
  }
}
