// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One probe in the kernel with its counters, at one moment.
 *
 * @param name name of the DropProbe, or {@link #MANUAL}
 * @param uid UID of the DropProbe; "-" for the manual probe
 * @param owner name of the Node whose agent owns it; "-" for the manual probe
 * @param lease seconds until the lease expires; 0 if it has expired
 * @param epoch identifies the time from the probe's addition to its removal
 * @param tag digest of what it was added for; null means that it was added without one
 * @param since when it was first activated in this epoch; null means never
 * @param gap seconds for which counting was suspended because the lease had expired
 * @param filtered packets that did not match
 * @param undecided packets of an unknown namespace that matched all but the namespaces; not in
 *     {@code filtered}
 * @param unkeyed packets that have no cell
 * @param missingCpus CPUs on which it cannot count, because there is no memory for their counters
 * @param reasons counters by drop reason; they sum to the total
 * @param cells counters by reason and location; they may sum to less
 * @param stages counters by stage; empty if stages are not counted
 */
public record ProbeSnapshot(
    String name,
    String uid,
    String owner,
    boolean active,
    long lease,
    String epoch,
    @Nullable String tag,
    @Nullable Instant since,
    long gap,
    long filtered,
    long undecided,
    long unkeyed,
    long missingCpus,
    List<Reason> reasons,
    List<Cell> cells,
    List<StageReading> stages) {

  /** The probe that somebody on the node switches with {@code echo activate}. */
  public static final String MANUAL = "_manual";

  /**
   * Counters of one drop reason.
   *
   * @param name the kernel's name of it; "-" if it has none
   */
  public record Reason(long id, String name, PacketCounters counters) {
    static Reason of(ProcRecord r) {
      return new Reason(r.number("id"), r.text("name"), PacketCounters.of(r));
    }
  }

  /**
   * Counters of one reason and location. The agent does not use the other parts of a cell's key.
   *
   * @param location kernel function and offset, {@code name+0x12}
   */
  public record Cell(long reason, String location, PacketCounters counters) {
    static Cell of(ProcRecord r) {
      return new Cell(r.number("reason"), r.text("location"), PacketCounters.of(r));
    }
  }

  /** Whether a node's agent owns it. */
  public boolean ownedBy(String node) {
    return owner.equals(node);
  }

  /** Whether it is the manual probe. */
  public boolean manual() {
    return name.equals(MANUAL);
  }

  /** Whether another node's agent owns it and its lease has not expired. */
  public boolean leasedByAnother(String node) {
    return !manual() && !ownedBy(node) && lease > 0;
  }

  /** Packets counted, noise included. */
  public long packets() {
    return packets(reasons);
  }

  /** The packets of all reasons. */
  static long packets(List<Reason> reasons) {
    return reasons.stream().mapToLong(r -> r.counters().packets()).sum();
  }
}
