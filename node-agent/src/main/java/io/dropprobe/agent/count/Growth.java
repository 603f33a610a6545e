// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import io.dropprobe.agent.kernel.PacketCounters;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

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
  private final Map<String, NavigableSet<Candidate>> byReason = new HashMap<>();

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
    List.copyOf(g.grown.keySet()).forEach(g::balance);
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

  /**
   * If large packets have moved from a sum while more small ones came, it has grown by packets, but
   * its bytes or segments have shrunk. These are in another sum now, and are no growth of it.
   */
  private void balance(Key key) {
    PacketCounters growth = Objects.requireNonNull(grown.get(key));
    long segments = Math.max(0, growth.packets() - growth.segments());
    long bytes = Math.max(0, -growth.bytes());
    if (segments == 0 && bytes == 0) {
      return;
    }
    grown.put(key, more(growth, segments, bytes));
    for (Candidate candidate : ofReason(key.free().reason())) {
      if (segments == 0 && bytes == 0) {
        return;
      }
      Key to = candidate.key();
      PacketCounters other = Objects.requireNonNull(grown.get(to));
      if (!to.equals(key)) {
        long s = Math.min(segments, Math.max(0, other.segments() - other.packets()));
        long b = Math.min(bytes, Math.max(0, other.bytes()));
        grown.put(to, more(other, -s, -b));
        segments -= s;
        bytes -= b;
      }
    }
  }

  private static PacketCounters more(PacketCounters p, long segments, long bytes) {
    return new PacketCounters(p.packets(), p.segments() + segments, p.bytes() + bytes, p.last());
  }

  /** Takes what a sum has lost from the sums that may have it now. */
  private void moved(Key from, PacketCounters lost) {
    // What was folded with the packets that have moved came from where they came from.
    PacketCounters left = take(lost, from.folded(), from);
    String reason = from.free().reason();
    while (left.packets() > 0 && !ofReason(reason).isEmpty()) {
      Key next = ofReason(reason).first().key();
      left = take(left, next, next);
    }
    left = take(left, Key.UNKNOWN, Key.UNKNOWN);
    if (left.packets() > 0) {
      for (Key any : grown.keySet().stream().sorted(Comparator.comparing(Key::toString)).toList()) {
        left = take(left, any, any);
      }
    }
  }

  /**
   * Takes packets from a sum that has grown, as far as it has them.
   *
   * @param rest the sum whose growth the others are
   * @return the packets that it does not have
   */
  private PacketCounters take(PacketCounters lost, @Nullable Key from, Key rest) {
    PacketCounters all = from == null ? null : grown.get(from);
    if (from == null || all == null || lost.packets() == 0) {
      return lost;
    }
    remove(from);
    PacketCounters others = all.without(lost);
    if (others.packets() > 0) {
      add(rest, others);
    }
    return lost.without(all);
  }

  private void add(Key key, PacketCounters packets) {
    grown.merge(key, packets, PacketCounters::plus);
    ofReason(key.free().reason()).add(Candidate.of(key, before));
  }

  private void remove(Key key) {
    grown.remove(key);
    ofReason(key.free().reason()).remove(Candidate.of(key, before));
  }

  /** The sums of a reason that have grown; sorted once, because very many may have moved. */
  private NavigableSet<Candidate> ofReason(String reason) {
    if (byReason.isEmpty()) {
      grown
          .keySet()
          .forEach(
              key ->
                  byReason
                      .computeIfAbsent(key.free().reason(), r -> new TreeSet<>())
                      .add(Candidate.of(key, before)));
    }
    return byReason.computeIfAbsent(reason, r -> new TreeSet<>());
  }

  /**
   * A sum that may have what others of its reason have lost: first the one without a function,
   * because cells are merged by their reason alone, then those that are new.
   */
  private record Candidate(boolean located, boolean old, String text, Key key)
      implements Comparable<Candidate> {
    private static final Comparator<Candidate> ORDER =
        Comparator.comparing(Candidate::located)
            .thenComparing(Candidate::old)
            .thenComparing(Candidate::text);

    static Candidate of(Key key, Map<Key, PacketCounters> before) {
      boolean located = key.free().function() != null;
      return new Candidate(located, before.containsKey(key), key.toString(), key);
    }

    @Override
    public int compareTo(Candidate o) {
      return ORDER.compare(this, o);
    }
  }
}
