package io.dropprobe.agent.kernel;

import java.time.Instant;
import java.util.List;

/**
 * One probe in the kernel with its counters, as of one moment.
 *
 * @param name of the DropProbe, or {@link #MANUAL}
 * @param uid of the DropProbe; "-" for the manual probe
 * @param owner Node whose agent owns it; "-" for the manual probe
 * @param lease seconds until the owner loses it; 0 when it has run out
 * @param epoch of this counting run
 * @param tag the text with which its owner added it; null if none was given
 * @param since when it was first activated in this epoch; null when it never was
 * @param gap seconds in which it did not count because the lease had run out
 * @param unkeyed packets without a cell
 * @param reasons their sum is the total, exactly
 * @param cells the detail; may sum to less
 * @param stages empty when they are not counted
 */
public record ProbeSnapshot(
    String name,
    String uid,
    String owner,
    boolean active,
    long lease,
    String epoch,
    String tag,
    Instant since,
    long gap,
    long filtered,
    long unkeyed,
    List<Reason> reasons,
    List<Cell> cells,
    List<StageReading> stages) {

  /** The probe that a person switches with {@code echo activate}. */
  public static final String MANUAL = "_manual";

  /**
   * Drops for one reason.
   *
   * @param name as the kernel has it; "-" when it has none
   * @param last when the last one was
   */
  public record Reason(
      long id, String name, long packets, long segments, long bytes, Instant last) {}

  /**
   * Drops for one reason at one place in the kernel; the other parts of the key are not used yet.
   *
   * @param location function and offset, {@code name+0x12}
   * @param last when the last one was
   */
  public record Cell(
      long reason, String location, long packets, long segments, long bytes, Instant last) {}

  /** Whether it belongs to the agent of this node. */
  public boolean ownedBy(String node) {
    return owner.equals(node);
  }

  /** Whether it is the probe of the person on the node. */
  public boolean manual() {
    return name.equals(MANUAL);
  }

  /** Whether another node's agent owns it and is alive as far as the kernel knows. */
  public boolean leasedByAnother(String node) {
    return !manual() && !ownedBy(node) && lease > 0;
  }

  /** Packets counted, noise included. */
  public long packets() {
    return reasons.stream().mapToLong(Reason::packets).sum();
  }
}
