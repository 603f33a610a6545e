// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.catalog;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a counter of the kernel says of the packets that it counts. Either it shows packets that
 * were lost without a free, or it shows which of the frees that the kernel does not distinguish are
 * its own.
 */
public final class CounterRule {
  /** What belongs to an entry with a counter only. */
  private static final Set<Entry.Key> OF_COUNTERS = Set.of(Entry.Key.DIRECTION, Entry.Key.FREED);

  private final Entry entry;
  private final boolean kernelHasNames;

  /**
   * @param kernelHasNames whether the names of the kernel's reasons are known
   */
  CounterRule(Entry entry, boolean kernelHasNames) {
    this.entry = entry;
    this.kernelHasNames = kernelHasNames;
  }

  /** What is wrong with the counters of an entry; null if nothing is. */
  static @Nullable String wrong(Entry entry) {
    Set<String> counters = entry.of(Entry.Key.COUNTER);
    boolean ofCounters = entry.values().keySet().stream().anyMatch(OF_COUNTERS::contains);
    if (counters.isEmpty()) {
      return ofCounters ? "'direction' and 'freed' need a 'counter'" : null;
    }
    if (counters.size() > 1) {
      return "the entry names more than one counter";
    }
    if (entry.of(Entry.Key.FREED).stream().anyMatch(f -> !f.contains("@"))) {
      return "'freed' has REASON@function";
    }
    boolean explains = explains(entry);
    if (explains && ofCounters) {
      return "'direction' and 'freed' are of counters of packets that are not freed";
    }
    if (explains) {
      return null;
    }
    if (entry.dropClass().effect() != Effect.Lost) {
      return "the class of packets that are not freed is one of Lost";
    }
    Set<String> ways = entry.of(Entry.Key.DIRECTION);
    return ways.equals(Set.of("in")) || ways.equals(Set.of("out"))
        ? null
        : "'direction' is in or out";
  }

  private static boolean explains(Entry entry) {
    return entry.values().containsKey(Entry.Key.REASON)
        || entry.values().containsKey(Entry.Key.FUNCTION);
  }

  /** The counter, under the name by which the module's file has it. */
  public String counter() {
    return entry.of(Entry.Key.COUNTER).iterator().next();
  }

  /** Whether it distinguishes frees. Otherwise it counts packets that were lost without one. */
  public boolean explains() {
    return explains(entry);
  }

  /** Whether it may have counted packets that were freed so. */
  public boolean explains(Free free) {
    return explains() && entry.matches(free.named(kernelHasNames));
  }

  /**
   * Whether packets that were freed so may be among those that it has counted, and must not be
   * counted twice.
   */
  public boolean isFreedToo(Free free) {
    Free named = free.named(kernelHasNames);
    return entry.of(Entry.Key.FREED).stream().anyMatch(where -> mayBe(named, where));
  }

  /** Of packets without a cell only the reason is known. */
  private static boolean mayBe(Free free, String where) {
    int at = where.indexOf('@');
    return where.substring(0, at).equals(free.reason())
        && (free.function() == null || where.substring(at + 1).equals(free.function()));
  }

  /** Whether the packets were on their way in, for a counter that explains no frees. */
  public boolean in() {
    return entry.of(Entry.Key.DIRECTION).contains("in");
  }

  /** What its packets are listed under: the counter. */
  public Cause cause() {
    return new Cause(counter(), entry.dropClass());
  }
}
