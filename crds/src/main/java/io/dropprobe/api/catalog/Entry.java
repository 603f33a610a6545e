// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.catalog;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the catalogue. It matches packets that have one of the values of each key that it
 * names, on a kernel that fulfils its conditions.
 *
 * @param line number of its first line in the file
 * @param values what it matches, by key; no set is empty
 * @param dropClass the class of the packets that it matches
 * @param means what has happened, one line
 * @param next what to check next
 */
record Entry(
    int line, Map<Key, Set<String>> values, DropClass dropClass, String means, String next) {
  /** The value of a key that is not known of a packet. */
  private static final String NONE = "none";

  /** What an entry can match, the more specific ones first. */
  enum Key {
    FUNCTION("function", Free::function),
    DRIVER("driver", Free::driver),
    REASON("reason", Free::reason),
    SOCKET("socket", Free::socket),
    TO("to", Free::to),
    TCP("tcp", Free::tcp),
    /** The kernel names all of these reasons. */
    IF_REASON("if-reason", null),
    /** The kernel names none of these reasons. */
    UNLESS_REASON("unless-reason", null),
    /** The probe has all of these counters of the kernel. */
    IF_COUNTER("if-counter", null),
    /** A counter of the kernel, which the entry is about. */
    COUNTER("counter", null),
    /** {@code in} or {@code out}: which way the packets of a counter went. */
    DIRECTION("direction", null),
    /** Frees of packets that the counter has counted, too, as {@code REASON@function}. */
    FREED("freed", null);

    private final String word;
    private final @Nullable Function<Free, @Nullable String> value;

    Key(String word, @Nullable Function<Free, @Nullable String> value) {
      this.word = word;
      this.value = value;
    }

    /** The key's word in the file. */
    String word() {
      return word;
    }

    /** Whether it is about the packet, and the packet has none of these values. */
    private boolean excludes(Set<String> values, Free free) {
      return value != null && !values.contains(Objects.requireNonNullElse(value.apply(free), NONE));
    }
  }

  /** These concern the kernel and the probe, not the packet. */
  private static final Set<Key> CONDITIONS =
      Set.of(Key.IF_REASON, Key.UNLESS_REASON, Key.IF_COUNTER);

  private static final Set<Key> OF_THE_REASON =
      Set.of(Key.REASON, Key.IF_REASON, Key.UNLESS_REASON, Key.IF_COUNTER);

  /** Copies. */
  Entry {
    values = new EnumMap<>(values);
  }

  boolean matches(Free free, Predicate<String> known) {
    return matches(free) && applies(known);
  }

  /** Whether it is about such packets, whatever the kernel. */
  boolean matches(Free free) {
    return values.entrySet().stream().noneMatch(e -> e.getKey().excludes(e.getValue(), free));
  }

  /**
   * Whether its conditions are true.
   *
   * @param known whether the kernel names a reason, or the probe has a counter
   */
  boolean applies(Predicate<String> known) {
    return of(Key.IF_REASON).stream().allMatch(known)
        && of(Key.UNLESS_REASON).stream().noneMatch(known)
        && of(Key.IF_COUNTER).stream().allMatch(known)
        && of(Key.COUNTER).stream().allMatch(known);
  }

  /** Its values of a key; none if it does not have the key. */
  Set<String> of(Key key) {
    return values.getOrDefault(key, Set.of());
  }

  /** Whether it can match packets of which only the reason is known. */
  boolean mayMatch(Free free, Predicate<String> known) {
    boolean otherReason = values.containsKey(Key.REASON) && !of(Key.REASON).contains(free.reason());
    return !otherReason && applies(known);
  }

  /** Whether it decides about all packets that another entry matches, where both apply. */
  boolean overrides(Entry o) {
    return rank() >= o.rank()
        && values.entrySet().stream()
            .filter(e -> !CONDITIONS.contains(e.getKey()))
            .allMatch(
                e ->
                    o.values.containsKey(e.getKey()) && e.getValue().containsAll(o.of(e.getKey())));
  }

  /** Whether it names nothing but reasons. */
  boolean byReasonAlone() {
    return OF_THE_REASON.containsAll(values.keySet());
  }

  /**
   * The entry with the highest rank wins: the one that names more of what is known of the packet,
   * and of two that name as much, the one with the first key in the order of {@link Key} that the
   * other does not name. So a condition decides only between entries that are alike otherwise, and
   * only entries that name the same keys have the same rank.
   */
  int rank() {
    int known = 0;
    int bits = 0;
    for (Key k : values.keySet()) {
      known += CONDITIONS.contains(k) ? 0 : 1;
      bits |= 1 << (Key.values().length - k.ordinal());
    }
    return (known << 16) | bits;
  }

  /** What packets that it matches are listed under. */
  Cause cause(Free free) {
    boolean named = values.containsKey(Key.FUNCTION);
    return new Cause(named ? free.reason() + "@" + free.function() : free.reason(), dropClass);
  }
}
