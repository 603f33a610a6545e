// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.dropprobe.agent.kernel.Netstat;
import io.dropprobe.agent.kernel.PacketCounters;
import io.dropprobe.api.catalog.CounterRule;
import io.dropprobe.api.schema.Sums;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel's own counters have shown in an epoch so far.
 *
 * @param coverage what was read last; null before the counters are read for the first time
 * @param seen what each rule has shown, by the name of its cause
 * @param traffic packets that IP has received and sent
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record Tally(@Nullable Coverage coverage, Map<String, Seen> seen, Seen traffic) {
  /** Before the counters are read for the first time. */
  static final Tally NONE = new Tally(null, Map.of(), Seen.NOTHING);

  /** Copies. An older journal does not have all of it. */
  Tally {
    seen = seen == null ? Map.of() : Map.copyOf(seen);
    traffic = traffic == null ? Seen.NOTHING : traffic;
  }

  /**
   * What one rule has shown.
   *
   * @param value the counter, at its highest
   * @param packets by which it has grown in this epoch, while it could be used
   * @param used of these, those that are in the counts; at least so many
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Seen(long value, long packets, long used) {
    static final Seen NOTHING = new Seen(0, 0, 0);

    /** Another reading. Less means that one read has missed something, which the next one has. */
    Seen read(long now) {
      return new Seen(Math.max(value, now), packets + Math.max(0, now - value), used);
    }

    Seen with(long newUsed) {
      return new Seen(value, packets, Math.max(used, newUsed));
    }

    /** A reading that can't be used. */
    Seen ignore(long now) {
      return new Seen(Math.max(value, now), packets, used);
    }

    /**
     * A reading after others that could not be used: what was counted meanwhile shows nothing,
     * since the frees of that time were judged without it.
     *
     * @param freed packets that it has counted and that were freed, too
     */
    Seen resume(long now, long freed) {
      return new Seen(Math.max(value, now), Sums.sum(used, freed), used);
    }
  }

  /**
   * What a pass has found.
   *
   * @param growth that is judged by the catalogue
   * @param shown what the counters have shown
   */
  record Step(Tally next, Map<Key, PacketCounters> growth, List<Shown> shown) {
    /** By how much traffic has grown since the account had another tally. */
    long traffic(Tally before) {
      return next.traffic.used() - before.traffic.used();
    }
  }

  /**
   * Packets whose cause is a counter.
   *
   * @param key of their free; null means that they were lost without one
   */
  record Shown(CounterRule rule, @Nullable Key key, PacketCounters packets) {}

  /** The counters by which packets can be judged. */
  Set<String> names() {
    return coverage == null ? Set.of() : coverage.names();
  }

  /** Whether silent losses are known. */
  boolean showsSilentLosses() {
    return coverage != null && coverage.showsSilentLosses();
  }

  /** Whether rules apply, of which nothing was read yet. */
  boolean begins(List<CounterRule> rules) {
    return seen.isEmpty() && !rules.isEmpty();
  }

  /** This with the first reading of an epoch, of which nothing is in the counts. */
  Tally begin(List<CounterRule> rules, Netstat read) {
    Map<String, Seen> begun = new HashMap<>();
    rules.forEach(r -> begun.put(r.cause().name(), Seen.NOTHING.read(read.packets(r.counter()))));
    return new Tally(Coverage.of(read), begun, traffic);
  }

  /**
   * Compares with a newer reading.
   *
   * <p>Packets that were lost without a free are those that a counter had counted in the
   * <em>previous</em> pass, less those that were freed until now: the code that counts a packet
   * frees it soon after. For the same reason, what a counter had counted before the previous pass
   * explains nothing that was freed after it.
   *
   * <p>A rule that did not apply to the reading before counts from now on, unless the epoch begins.
   *
   * @param rules those of the probe's counters
   * @param read the counters, read after the sums
   * @param sums all frees of the epoch
   * @param due growth of the sums that is judged in this pass
   * @param first whether nothing of the epoch is in the counts
   * @param last whether nothing is counted any more
   */
  Step next(
      List<CounterRule> rules,
      Netstat read,
      Map<Key, PacketCounters> sums,
      Map<Key, PacketCounters> due,
      boolean first,
      boolean last) {
    // A rule that does not apply now, because namespaces are missing, may apply again. Its name is
    // that of its counter.
    Map<String, Seen> next = new HashMap<>(seen);
    next.replaceAll((name, s) -> s.ignore(read.packets(name)));
    Map<Key, PacketCounters> growth = new HashMap<>(due);
    List<Shown> shown = new ArrayList<>();
    for (CounterRule rule : rules) {
      String name = rule.cause().name();
      Seen before = seen.getOrDefault(name, Seen.NOTHING);
      long value = read.packets(rule.counter());
      Seen now = before.read(value);
      if (!first && !(seen.containsKey(name) && names().contains(rule.counter()))) {
        next.put(name, before.resume(value, freedToo(rule, sums)));
      } else if (rule.explains()) {
        long left = explain(rule, now.packets() - before.used(), growth, shown);
        next.put(name, now.with(Math.max(now.packets() - left, before.packets())));
      } else {
        Seen after = now.with((last ? now : before).packets() - freedToo(rule, sums));
        long silent = after.used() - before.used();
        if (silent > 0) {
          shown.add(new Shown(rule, null, new PacketCounters(silent, 0, 0, null)));
        }
        next.put(name, after);
      }
    }
    return new Step(new Tally(Coverage.of(read), next, trafficOf(read, first)), growth, shown);
  }

  private Seen trafficOf(Netstat read, boolean first) {
    if (read.missingNamespaces() > 0) {
      return traffic.ignore(read.traffic());
    }
    Seen now =
        first || showsSilentLosses()
            ? traffic.read(read.traffic())
            : traffic.resume(read.traffic(), 0);
    return now.with(now.packets());
  }

  /**
   * Takes from the growth what a counter explains.
   *
   * @param packets that it has counted and that are not in the counts
   * @return those of them that are not among the growth
   */
  private static long explain(
      CounterRule rule, long packets, Map<Key, PacketCounters> growth, List<Shown> shown) {
    List<Key> keys =
        growth.keySet().stream()
            .filter(k -> rule.explains(k.free()))
            .sorted(Comparator.comparing(Key::toString))
            .toList();
    for (Key key : keys) {
      PacketCounters all = Objects.requireNonNull(growth.get(key));
      PacketCounters some = all.part(packets);
      if (some.packets() > 0) {
        shown.add(new Shown(rule, key, some));
        growth.put(key, all.minus(some, all.last()));
        packets -= some.packets();
      }
    }
    growth.values().removeIf(p -> p.packets() == 0);
    return packets;
  }

  private static long freedToo(CounterRule rule, Map<Key, PacketCounters> sums) {
    return sums.entrySet().stream()
        .filter(e -> rule.isFreedToo(e.getKey().free()))
        .mapToLong(e -> e.getValue().packets())
        .reduce(0, Sums::sum);
  }
}
