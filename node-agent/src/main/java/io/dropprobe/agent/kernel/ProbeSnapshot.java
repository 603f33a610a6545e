// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import io.dropprobe.api.catalog.Free;
import io.dropprobe.api.v1alpha1.Direction;
import java.time.Duration;
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
 * @param cells counters by reason, location and more; they may sum to less
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
   * Counters of one combination of what the agent distinguishes: a sum of cells of the module,
   * which has some for each family, protocol, cgroup and interface.
   *
   * @param location kernel function and offset, {@code name+0x12}
   * @param module kernel module of the function; null means the kernel itself
   * @param direction Unknown also if the module says none
   * @param iface interface; {@link Interfaces.Id#NONE} if it is unknown, or decides nothing here
   * @param facts what else is known of the packets
   */
  public record Cell(
      long reason,
      String location,
      @Nullable String module,
      Direction direction,
      Interfaces.Id iface,
      Facts facts,
      PacketCounters counters) {
    /** A cell without its counters. */
    static Cell of(ProcRecord r) {
      String location = r.text("location");
      String module = r.textOrNull("module");
      return new Cell(
          r.number("reason"),
          location,
          module,
          directionOf(r),
          Interfaces.decide(function(location), module) ? Interfaces.Id.of(r) : Interfaces.Id.NONE,
          Facts.of(r),
          PacketCounters.ZERO);
    }

    /** The function {@code __udp4_lib_rcv} of {@code __udp4_lib_rcv.isra.0+0x12}. */
    public String function() {
      return function(location);
    }

    private static String function(String location) {
      int plus = location.indexOf('+');
      return Free.functionOf(plus > 0 ? location.substring(0, plus) : location);
    }

    Cell with(PacketCounters sum) {
      return new Cell(reason, location, module, direction, iface, facts, sum);
    }

    private static Direction directionOf(ProcRecord r) {
      return switch (String.valueOf(r.textOrNull("direction"))) {
        case "in" -> Direction.In;
        case "out" -> Direction.Out;
        default -> Direction.Unknown;
      };
    }
  }

  /**
   * Values of the keys {@code tcp}, {@code to} and {@code socket} of a cell.
   *
   * @param tcp kind of TCP segment; null means that it is none, or unknown
   * @param to whom it was addressed to, other than this host; null otherwise
   * @param socket state of its socket; null if it is neither TIME_WAIT nor LISTEN, or unknown
   */
  public record Facts(@Nullable String tcp, @Nullable String to, @Nullable String socket) {
    /** Nothing is known. */
    public static final Facts NONE = new Facts(null, null, null);

    static Facts of(ProcRecord r) {
      return r.has("tcp") || r.has("to") || r.has("socket")
          ? new Facts(r.textOrNull("tcp"), r.textOrNull("to"), r.textOrNull("socket"))
          : NONE;
    }
  }

  /**
   * This reading with all its times made earlier, because the kernel has them from the machine's
   * clock.
   *
   * @param skew how far that clock is ahead
   */
  public ProbeSnapshot corrected(Duration skew) {
    return skew.isZero()
        ? this
        : new ProbeSnapshot(
            name,
            uid,
            owner,
            active,
            lease,
            epoch,
            tag,
            since == null ? null : since.minus(skew),
            gap,
            filtered,
            undecided,
            unkeyed,
            missingCpus,
            reasons.stream()
                .map(r -> new Reason(r.id(), r.name(), r.counters().earlier(skew)))
                .toList(),
            cells.stream().map(c -> c.with(c.counters().earlier(skew))).toList(),
            stages);
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
