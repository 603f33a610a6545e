// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.dropprobe.api.catalog.Effect;
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
 * <p>Null means "not known", which is not 0. All freed packets are lost, refused, unclear or noise;
 * lost also has the silent ones.
 *
 * @param lost packets of effect Lost
 * @param refused packets of effect Refused
 * @param unclear packets of effect Unclear
 * @param noise packets of effect Noise
 * @param silent those of the lost packets that the kernel did not free as dropped, but only
 *     counted; known only for a probe that matches nothing but namespaces
 * @param undecided packets whose network namespace is unknown, in no other counter; known only for
 *     a probe that matches namespaces
 * @param unkeyed packets that were counted by reason only
 * @param segments the lost packets but the silent ones, as on the wire; known only if it is known
 *     for all of them
 * @param bytes of the lost packets but the silent ones
 * @param traffic packets that IP has received and sent in the namespaces that a probe matches: what
 *     the lost ones are compared with. Known only if it is known for all counts
 */
public record Counters(
    @Nullable Long lost,
    @Nullable Long refused,
    @Nullable Long unclear,
    @Nullable Long noise,
    @Nullable Long silent,
    @Nullable Long undecided,
    @Nullable Long unkeyed,
    @Nullable Long segments,
    @Nullable Long bytes,
    @Nullable Long traffic) {
  /** No counter is known. */
  public static final Counters UNKNOWN =
      new Counters(null, null, null, null, null, null, null, null, null, null);

  /** Every counter is 0. */
  public static final Counters ZERO = new Counters(0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L);

  /** The names of the counters, as in the API. */
  public static final List<String> NAMES =
      Arrays.stream(Counters.class.getRecordComponents()).map(RecordComponent::getName).toList();

  /** The counters as fields of an API object. Boxed: null means "not known". */
  public abstract static class Fields {
    @JsonPropertyDescription(
        "Packets that did not reach their receiver in or behind a node, and should have.")
    public @Nullable Long lost;

    @JsonPropertyDescription(
        "Packets that somebody refused: a policy, a rule, a filter, or a host with no listener at"
            + " the port.")
    public @Nullable Long refused;

    @JsonPropertyDescription(
        "Freed packets of which the kernel does not say whether they are lost.")
    public @Nullable Long unclear;

    @JsonPropertyDescription(
        "Packets that the kernel freed as dropped, although nothing is missing.")
    public @Nullable Long noise;

    @JsonPropertyDescription(
        "Those of the lost packets that no kernel frees as dropped, but only counts. Absent if match"
            + " has any other field than namespaces, since nothing else distinguishes these counters.")
    public @Nullable Long silent;

    @JsonPropertyDescription(
        "With match.namespaces: packets whose network namespace is unknown; in no other number.")
    public @Nullable Long undecided;

    @JsonPropertyDescription(
        "Packets of all effects that were counted by reason only, because the kernel's table was"
            + " full.")
    public @Nullable Long unkeyed;

    @JsonPropertyDescription(
        "Lost packets without the silent ones, as seen on the wire, where GRO or GSO merged several into"
            + " one. Absent if it is not known for all of them.")
    public @Nullable Long segments;

    @JsonPropertyDescription(
        "Bytes of the lost packets without the silent ones, from the IP header on.")
    public @Nullable Long bytes;

    @JsonPropertyDescription(
        "If match has namespaces and no other field: packets that IP has received and sent there."
            + " Absent if it is not known for all nodes.")
    public @Nullable Long traffic;

    /** The fields as a value, in which at most the lost packets are silent. */
    public final Counters counters() {
      Long some = atMost(silent, lost);
      return new Counters(
          lost, refused, unclear, noise, some, undecided, unkeyed, segments, bytes, traffic);
    }

    /** Sets all fields. */
    public final void assign(Counters c) {
      lost = c.lost;
      refused = c.refused;
      unclear = c.unclear;
      noise = c.noise;
      silent = c.silent;
      undecided = c.undecided;
      unkeyed = c.unkeyed;
      segments = c.segments;
      bytes = c.bytes;
      traffic = c.traffic;
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

  /** Packets of one effect; no other counter is known. */
  public static Counters only(Effect effect, long packets) {
    return new Counters(
        effect == Effect.Lost ? packets : null,
        effect == Effect.Refused ? packets : null,
        effect == Effect.Unclear ? packets : null,
        effect == Effect.Noise ? packets : null,
        null,
        null,
        null,
        null,
        null,
        effect == Effect.Lost ? 0L : null);
  }

  /** Lost packets that were freed; no other counter is known. */
  public static Counters onlyLost(long packets, long segments, long bytes) {
    return new Counters(packets, null, null, null, null, null, null, segments, bytes, 0L);
  }

  /** Lost packets that were not freed; no other counter is known. */
  public static Counters onlySilent(long packets) {
    return new Counters(packets, null, null, null, packets, null, null, 0L, null, 0L);
  }

  /** The packets of one effect. */
  public @Nullable Long of(Effect effect) {
    return switch (effect) {
      case Lost -> lost;
      case Refused -> refused;
      case Unclear -> unclear;
      case Noise -> noise;
    };
  }

  /**
   * The sum. A counter that only one side knows is taken from that side, except segments, which are
   * unknown unless they are known for all lost packets, and traffic: a partial sum next to the
   * total would mislead. Sums do not overflow, see {@link Sums}.
   */
  public Counters plus(Counters o) {
    Counters sum = combine(this, o, Sums::sum, segmentsKnown(this) && segmentsKnown(o));
    return trafficKnown(this) && trafficKnown(o) ? sum : sum.withTraffic(null);
  }

  /**
   * The difference, never negative, in which at most the lost packets are silent. What the other
   * does not know counts as 0, what this does not know is unknown.
   */
  public Counters minus(Counters o) {
    Counters less =
        combine(
            this, o, (a, b) -> a == null || b == null ? a : Long.valueOf(Math.max(0, a - b)), true);
    return less.with(atMost(less.silent, less.lost), less.undecided, less.unkeyed);
  }

  /** The larger of each counter; that which is known, if the other is not. */
  public Counters max(Counters o) {
    return combine(this, o, (a, b) -> a == null || (b != null && b.compareTo(a) > 0) ? b : a, true);
  }

  /** The same with 0 for each counter that is not known, except silent, undecided and traffic. */
  public Counters known() {
    Counters known = combine(this, ZERO, (a, zero) -> a == null ? zero : a, true);
    return known.with(silent, undecided, known.unkeyed).withTraffic(traffic);
  }

  /** The same with other counters of packets that are in no effect, or in any. */
  public Counters with(
      @Nullable Long newSilent, @Nullable Long newUndecided, @Nullable Long newUnkeyed) {
    return new Counters(
        lost,
        refused,
        unclear,
        noise,
        newSilent,
        newUndecided,
        newUnkeyed,
        segments,
        bytes,
        traffic);
  }

  /** The same with other traffic; null means unknown. */
  public Counters withTraffic(@Nullable Long newTraffic) {
    return new Counters(
        lost, refused, unclear, noise, silent, undecided, unkeyed, segments, bytes, newTraffic);
  }

  /** The same with the packets of each effect, and the silent ones, that others have. */
  public Counters withEffectsOf(Counters o) {
    return new Counters(
        o.lost, o.refused, o.unclear, o.noise, o.silent, undecided, unkeyed, segments, bytes,
        traffic);
  }

  /** All packets: never decreases within a series, so the larger value is the newer one. */
  public @Nullable Long everything() {
    return Sums.sum(unnoisy(), noise);
  }

  /** All packets but noise: the sum of the list of causes. */
  public @Nullable Long unnoisy() {
    return Sums.sum(Sums.sum(lost, refused), unclear);
  }

  /** All freed packets but noise: the sum of the list of locations. */
  public @Nullable Long unnoisyFrees() {
    Long all = unnoisy();
    return all == null || silent == null ? all : Long.valueOf(Math.max(0, all - silent));
  }

  /** Whether no counter is greater than 0. */
  public boolean isEmpty() {
    return Stream.of(
            lost, refused, unclear, noise, silent, undecided, unkeyed, segments, bytes, traffic)
        .allMatch(n -> n == null || n == 0);
  }

  private static Counters combine(
      Counters a, Counters b, BinaryOperator<@Nullable Long> with, boolean segments) {
    return new Counters(
        with.apply(a.lost, b.lost),
        with.apply(a.refused, b.refused),
        with.apply(a.unclear, b.unclear),
        with.apply(a.noise, b.noise),
        with.apply(a.silent, b.silent),
        with.apply(a.undecided, b.undecided),
        with.apply(a.unkeyed, b.unkeyed),
        segments ? with.apply(a.segments, b.segments) : null,
        with.apply(a.bytes, b.bytes),
        with.apply(a.traffic, b.traffic));
  }

  private static @Nullable Long atMost(@Nullable Long some, @Nullable Long all) {
    return some == null || all == null ? some : Long.valueOf(Math.min(some, all));
  }

  /** Where no count is known, there are no packets to compare. */
  private static boolean trafficKnown(Counters c) {
    return c.traffic != null || c.lost == null;
  }

  private static boolean segmentsKnown(Counters c) {
    return c.segments != null || c.lost == null || c.lost == 0;
  }
}
