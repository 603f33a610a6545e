// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import io.dropprobe.agent.kernel.PacketCounters;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What the sums of an epoch have grown by between two readings. The total of a reason never
 * shrinks, but a sum may: its packets are in another one when cells are folded, which lose their
 * interface and so their driver, and when the module of a function is unloaded, which loses its
 * name. What has moved is no growth.
 */
final class Growth {
  private final Map<Key, PacketCounters> before;
  private final Map<Key, PacketCounters> grown = new HashMap<>();
  private final Map<Key, PacketCounters> shrunk = new HashMap<>();

  private Growth(Map<Key, PacketCounters> before) {
    this.before = before;
  }

  /**
   * Growth by key, which adds up to the growth of all sums.
   *
   * @param rest packets of keys that are not in {@code before}
   * @param now not fewer packets than before
   */
  static Map<Key, PacketCounters> of(
      Map<Key, PacketCounters> before, PacketCounters rest, Map<Key, PacketCounters> now) {
    Growth g = new Growth(before);
    g.compare(rest, now);
    g.shrunk.forEach(g::moved);
    return g.grown;
  }

  private void compare(PacketCounters rest, Map<Key, PacketCounters> now) {
    boolean cut = rest.packets() > 0;
    PacketCounters uncut = PacketCounters.ZERO;
    for (Map.Entry<Key, PacketCounters> e : now.entrySet()) {
      PacketCounters old = before.get(e.getKey());
      if (old == null && cut) {
        uncut = uncut.plus(e.getValue());
      } else {
        compare(e.getKey(), old == null ? PacketCounters.ZERO : old, e.getValue());
      }
    }
    before.entrySet().stream()
        .filter(e -> !now.containsKey(e.getKey()))
        .forEach(e -> compare(e.getKey(), e.getValue(), PacketCounters.ZERO));
    if (cut) {
      compare(Key.UNKNOWN, rest, uncut);
    }
  }

  private void compare(Key key, PacketCounters old, PacketCounters now) {
    if (now.packets() > old.packets()) {
      grown.put(key, now.minus(old, now.last()));
    } else if (now.packets() < old.packets()) {
      shrunk.put(key, old.minus(now, null));
    }
  }

  /** Takes what a sum has lost from the sums that may have it now. */
  private void moved(Key from, PacketCounters lost) {
    List<Key> candidates =
        grown.keySet().stream()
            .sorted(
                Comparator.comparingInt((Key k) -> distance(from, k)).thenComparing(Key::toString))
            .toList();
    PacketCounters left = lost;
    for (Key to : candidates) {
      if (left.packets() == 0) {
        return;
      }
      PacketCounters all = Objects.requireNonNull(grown.remove(to));
      PacketCounters rest = all.without(left);
      left = left.without(all);
      if (rest.packets() > 0) {
        // What was folded with the packets that have moved came from where they came from.
        grown.merge(to.isFoldedFrom(from) ? from : to, rest, PacketCounters::plus);
      }
    }
  }

  private int distance(Key from, Key to) {
    if (to.isFoldedFrom(from)) {
      return 0;
    }
    if (!to.free().reason().equals(from.free().reason())) {
      return to.equals(Key.UNKNOWN) ? 3 : 4;
    }
    return before.containsKey(to) ? 2 : 1;
  }
}
