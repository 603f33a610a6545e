// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import io.dropprobe.api.schema.Times;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A number of dropped packets, as a record of the counters file gives it.
 *
 * @param segments the same as packets on the wire
 * @param bytes of the packets
 * @param last time of the last packet; null if there is none or it is not known
 */
public record PacketCounters(long packets, long segments, long bytes, @Nullable Instant last) {
  /** No packets. */
  public static final PacketCounters ZERO = new PacketCounters(0, 0, 0, null);

  static PacketCounters of(ProcRecord r) {
    long packets = r.number("packets");
    return new PacketCounters(
        packets,
        r.number("segments", packets),
        r.number("bytes"),
        Instant.ofEpochSecond(r.number("last")));
  }

  /** The same packets, with an earlier time. */
  PacketCounters earlier(Duration by) {
    return new PacketCounters(packets, segments, bytes, last == null ? null : last.minus(by));
  }

  /** The sum, with the later time. */
  public PacketCounters plus(PacketCounters o) {
    return new PacketCounters(
        packets + o.packets, segments + o.segments, bytes + o.bytes, Times.later(last, o.last));
  }

  /**
   * The difference.
   *
   * @param o a part of these packets
   * @param lastOfRest time of the last packet that is not in {@code o}, if one is left
   */
  public PacketCounters minus(PacketCounters o, @Nullable Instant lastOfRest) {
    long rest = packets - o.packets;
    return new PacketCounters(
        rest, segments - o.segments, bytes - o.bytes, rest > 0 ? lastOfRest : null);
  }

  /** What is left when others are taken away, as far as these have them. */
  public PacketCounters without(PacketCounters o) {
    long rest = Math.max(0, packets - o.packets);
    return rest == 0
        ? ZERO
        : new PacketCounters(
            rest, Math.max(0, segments - o.segments), Math.max(0, bytes - o.bytes), last);
  }

  /** Some of these packets, with their share of segments and bytes, at most all of them. */
  public PacketCounters part(long some) {
    return some >= packets
        ? this
        : new PacketCounters(some, share(segments, some), share(bytes, some), last);
  }

  private long share(long number, long some) {
    return BigInteger.valueOf(number)
        .multiply(BigInteger.valueOf(some))
        .divide(BigInteger.valueOf(packets))
        .longValue();
  }
}
