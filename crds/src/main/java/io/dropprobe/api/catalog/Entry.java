// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.catalog;

import java.util.EnumMap;
import java.util.Map;
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
  /** What an entry can match, the more specific ones first. */
  enum Key {
    FUNCTION("function", Free::function),
    DRIVER("driver", Free::driver),
    REASON("reason", Free::reason),
    SOCKET("socket", Free::socket),
    TO("to", Free::to),
    TCP("tcp", Free::tcp),
    /** The kernel names all of these reasons. */
    IF_REASON("if-reason", free -> null),
    /** The kernel names none of these reasons. */
    UNLESS_REASON("unless-reason", free -> null);

    private final String word;
    private final Function<Free, @Nullable String> value;

    Key(String word, Function<Free, @Nullable String> value) {
      this.word = word;
      this.value = value;
    }

    /** The key's word in the file. */
    String word() {
      return word;
    }

    private boolean matches(Set<String> values, Free free, Predicate<String> kernelNames) {
      return switch (this) {
        case IF_REASON -> values.stream().allMatch(kernelNames);
        case UNLESS_REASON -> values.stream().noneMatch(kernelNames);
        default -> {
          String known = value.apply(free);
          yield known != null && values.contains(known);
        }
      };
    }
  }

  /** These concern the kernel, not the packet. */
  private static final Set<Key> CONDITIONS = Set.of(Key.IF_REASON, Key.UNLESS_REASON);

  private static final Set<Key> OF_THE_REASON =
      Set.of(Key.REASON, Key.IF_REASON, Key.UNLESS_REASON);

  /** Copies. */
  Entry {
    values = new EnumMap<>(values);
  }

  boolean matches(Free free, Predicate<String> kernelNames) {
    return values.entrySet().stream()
        .allMatch(e -> e.getKey().matches(e.getValue(), free, kernelNames));
  }

  /** Whether it can match packets of which only the reason is known. */
  boolean mayMatch(Free free, Predicate<String> kernelNames) {
    return values.entrySet().stream()
        .filter(e -> OF_THE_REASON.contains(e.getKey()))
        .allMatch(e -> e.getKey().matches(e.getValue(), free, kernelNames));
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
