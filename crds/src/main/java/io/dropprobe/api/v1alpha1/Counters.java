// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.dropprobe.api.schema.Sums;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The counters of a probe, as a value. A new counter is added in this file only: as a component, as
 * a field of {@link Fields}, and in {@link #combine}; the compiler and CountersTest find the rest.
 *
 * <p>Null means "not known", which is not 0.
 *
 * @param packets dropped packets, without noise
 * @param segments the same as packets on the wire; known only if it is known for all packets
 * @param bytes of the dropped packets
 * @param noise packets of class Noise
 * @param unkeyed packets that were counted without detail
 */
public record Counters(
    @Nullable Long packets,
    @Nullable Long segments,
    @Nullable Long bytes,
    @Nullable Long noise,
    @Nullable Long unkeyed) {
  /** No counter is known. */
  public static final Counters UNKNOWN = new Counters(null, null, null, null, null);

  /** Every counter is 0. */
  public static final Counters ZERO = new Counters(0L, 0L, 0L, 0L, 0L);

  /** The names of the counters, as in the API. */
  public static final List<String> NAMES =
      Arrays.stream(Counters.class.getRecordComponents()).map(RecordComponent::getName).toList();

  /** The counters as fields of an API object. Boxed: null means "not known". */
  public abstract static class Fields {
    @JsonPropertyDescription("Dropped packets, without noise.")
    public @Nullable Long packets;

    @JsonPropertyDescription(
        "Dropped packets as seen on the wire, where GRO or GSO merged several into one. Absent if it"
            + " is not known for all of them.")
    public @Nullable Long segments;

    @JsonPropertyDescription("Bytes of the dropped packets, from the IP header on.")
    public @Nullable Long bytes;

    @JsonPropertyDescription("Packets of class Noise; not included in packets.")
    public @Nullable Long noise;

    @JsonPropertyDescription("Packets counted without detail because the kernel's table was full.")
    public @Nullable Long unkeyed;

    /** The fields as a value. */
    public final Counters counters() {
      return new Counters(packets, segments, bytes, noise, unkeyed);
    }

    /** Sets all fields. */
    public final void assign(Counters c) {
      packets = c.packets;
      segments = c.segments;
      bytes = c.bytes;
      noise = c.noise;
      unkeyed = c.unkeyed;
    }
  }

  /**
   * The counters of an API object.
   *
   * @param of null is {@link #UNKNOWN}
   */
  public static Counters of(@Nullable Fields of) {
    return of == null ? UNKNOWN : of.counters();
  }

  /**
   * The sum. A counter that only one side knows is taken from that side, except segments: these are
   * unknown unless they are known for all packets, because a partial sum next to the total would
   * mislead. Sums do not overflow, see {@link Sums}.
   */
  public Counters plus(Counters o) {
    return combine(this, o, Sums::sum, segmentsKnown(this) && segmentsKnown(o));
  }

  /**
   * The difference. What the other does not know counts as 0, what this does not know is unknown.
   */
  public Counters minus(Counters o) {
    return combine(this, o, (a, b) -> a == null || b == null ? a : Long.valueOf(a - b), true);
  }

  /** The same with 0 for each counter that is not known. */
  public Counters known() {
    return combine(this, ZERO, (a, zero) -> a == null ? zero : a, true);
  }

  /** Drops and noise: never decreases within a series, so the larger value is the newer one. */
  public @Nullable Long everything() {
    return Sums.sum(packets, noise);
  }

  /** Whether no counter is greater than 0. */
  public boolean isEmpty() {
    return Stream.of(packets, segments, bytes, noise, unkeyed).allMatch(n -> n == null || n == 0);
  }

  private static Counters combine(
      Counters a, Counters b, BinaryOperator<@Nullable Long> with, boolean segments) {
    return new Counters(
        with.apply(a.packets, b.packets),
        segments ? with.apply(a.segments, b.segments) : null,
        with.apply(a.bytes, b.bytes),
        with.apply(a.noise, b.noise),
        with.apply(a.unkeyed, b.unkeyed));
  }

  private static boolean segmentsKnown(Counters c) {
    return c.segments != null || c.packets == null || c.packets == 0;
  }
}
