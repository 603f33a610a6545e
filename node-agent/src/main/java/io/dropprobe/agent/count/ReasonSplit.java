// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import io.dropprobe.agent.kernel.PacketCounters;
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
  private PacketCounters exceptions = PacketCounters.ZERO;

  private long inCells;
  private @Nullable Instant lastOfRest;

  ReasonSplit(ProbeSnapshot.Reason all, ReasonCatalog catalog) {
    this.all = all;
    this.catalog = catalog;
    this.noise = catalog.noise(all.name());
  }

  /** Adds a cell of this reason; returns whether it is noise. */
  boolean add(ProbeSnapshot.Cell cell, String function) {
    boolean cellNoise = catalog.noise(all.name(), function);
    inCells += cell.counters().packets();
    if (cellNoise != noise) {
      exceptions = exceptions.plus(cell.counters());
    } else {
      lastOfRest = Times.later(lastOfRest, cell.counters().last());
    }
    return cellNoise;
  }

  /** The reason with all of its packets. */
  ProbeSnapshot.Reason reason() {
    return all;
  }

  /** Packets that were lost. */
  PacketCounters drops() {
    return noise ? exceptions : rest();
  }

  /** Number of packets that were freed without loss. */
  long noise() {
    return all.counters().packets() - drops().packets();
  }

  private PacketCounters rest() {
    // The last packet may have no cell.
    boolean allInCells = inCells == all.counters().packets();
    return all.counters().minus(exceptions, allInCells ? lastOfRest : all.counters().last());
  }
}
