// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import io.dropprobe.agent.kernel.Interfaces;
import io.dropprobe.agent.kernel.PacketCounters;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.api.catalog.Free;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The sums of one epoch, as last read, and which part of them has not been judged yet.
 *
 * @param sums packets by key; they add up to all freed packets of the epoch, with {@code rest}
 * @param rest packets of keys that the journal did not keep; none in a reading of the kernel
 * @param waiting part of {@code sums} that is judged in a later pass
 */
record Reading(
    Map<Key, PacketCounters> sums, PacketCounters rest, Map<Key, PacketCounters> waiting) {
  /** Before the first reading of an epoch. */
  static final Reading NONE = new Reading(Map.of(), PacketCounters.ZERO, Map.of());

  /** Most keys in the journal, so that it stays small. */
  static final int KEYS = 512;

  /** Copies. */
  Reading {
    sums = Map.copyOf(sums);
    waiting = Map.copyOf(waiting);
  }

  /**
   * What a pass has to judge, and the reading that the next pass is compared with.
   *
   * @param due growth by key
   */
  record Pass(Map<Key, PacketCounters> due, Reading next) {}

  /** The sums of a snapshot. Packets without a cell are a sum of their reason. */
  static Map<Key, PacketCounters> sums(ProbeSnapshot probe, Interfaces interfaces) {
    Map<Key, PacketCounters> sums = new HashMap<>();
    Map<Long, ProbeSnapshot.Reason> reasons = new HashMap<>();
    Map<Long, PacketCounters> inCells = new HashMap<>();
    probe.reasons().forEach(r -> reasons.put(r.id(), r));
    for (ProbeSnapshot.Cell c : probe.cells()) {
      ProbeSnapshot.Reason reason = reasons.get(c.reason());
      if (reason != null) {
        sums.merge(Key.of(reason, c, interfaces), c.counters(), PacketCounters::plus);
        inCells.merge(c.reason(), c.counters(), PacketCounters::plus);
      }
    }
    for (ProbeSnapshot.Reason r : probe.reasons()) {
      PacketCounters cells = inCells.getOrDefault(r.id(), PacketCounters.ZERO);
      PacketCounters rest = r.counters().minus(cells, r.counters().last());
      if (rest.packets() > 0) {
        sums.merge(Key.of(r), rest, PacketCounters::plus);
      }
    }
    return sums;
  }

  /**
   * Compares with newer sums of the same epoch. Sums that are together smaller are no newer
   * reading, and change nothing.
   *
   * @param waits whether packets are judged in a later pass
   */
  Pass next(Map<Key, PacketCounters> now, Predicate<Free> waits) {
    if (packets(now) < packets()) {
      return new Pass(Map.of(), this);
    }
    Map<Key, PacketCounters> due = new HashMap<>(waiting);
    Growth.of(sums, rest, now)
        .forEach((key, growth) -> due.merge(key, growth, PacketCounters::plus));
    Map<Key, PacketCounters> later = new HashMap<>(due);
    later.keySet().removeIf(key -> !waits.test(key.free()));
    due.keySet().removeAll(later.keySet());
    return due.isEmpty() && later.equals(waiting)
        ? new Pass(due, this)
        : new Pass(due, new Reading(withoutTimes(now), PacketCounters.ZERO, later));
  }

  private static Map<Key, PacketCounters> withoutTimes(Map<Key, PacketCounters> sums) {
    Map<Key, PacketCounters> numbers = new HashMap<>();
    sums.forEach(
        (k, p) -> numbers.put(k, new PacketCounters(p.packets(), p.segments(), p.bytes(), null)));
    return numbers;
  }

  /** This reading with its largest keys only. */
  Reading bounded() {
    if (sums.size() <= KEYS) {
      return this;
    }
    List<Map.Entry<Key, PacketCounters>> sorted =
        sums.entrySet().stream()
            .sorted(
                Comparator.comparingLong(
                        (Map.Entry<Key, PacketCounters> e) -> e.getValue().packets())
                    .reversed())
            .toList();
    Map<Key, PacketCounters> kept = new HashMap<>();
    sorted.subList(0, KEYS).forEach(e -> kept.put(e.getKey(), e.getValue()));
    PacketCounters cut =
        sorted.subList(KEYS, sorted.size()).stream()
            .map(Map.Entry::getValue)
            .reduce(rest, PacketCounters::plus);
    return new Reading(kept, cut, waiting);
  }

  private long packets() {
    return packets(sums) + rest.packets();
  }

  private static long packets(Map<Key, PacketCounters> sums) {
    return sums.values().stream().mapToLong(PacketCounters::packets).sum();
  }
}
