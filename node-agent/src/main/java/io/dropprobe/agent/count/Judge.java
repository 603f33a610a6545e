// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import io.dropprobe.agent.kernel.ReasonNames;
import io.dropprobe.api.catalog.Catalog;
import io.dropprobe.api.catalog.Cause;
import io.dropprobe.api.catalog.CounterRule;
import io.dropprobe.api.catalog.Free;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Decides what freed packets mean. Each packet is judged once, with the growth that it is in. */
public interface Judge {
  /** The cause of freed packets. */
  Cause causeOf(Free free);

  /** What the counters say that the probe has; none without {@link #with}. */
  default List<CounterRule> counters() {
    return List.of();
  }

  /**
   * A judge for a probe that has some of the kernel's own counters.
   *
   * @param counters their names
   */
  default Judge with(Set<String> counters) {
    return this;
  }

  /**
   * Whether growth is judged in the next pass that reads the kernel's own counters, because only
   * they explain it. In between, the packets are in no number.
   */
  default boolean waits(Free free) {
    return counters().stream().anyMatch(c -> c.explains(free));
  }

  /** Judges by the catalogue. */
  static Judge of(Catalog catalog, ReasonNames names) {
    return of(catalog, name -> names.id(name).isPresent());
  }

  private static Judge of(Catalog catalog, Predicate<String> known) {
    List<CounterRule> counters = catalog.counters(known);
    return new Judge() {
      @Override
      public Cause causeOf(Free free) {
        return catalog.causeOf(free, known);
      }

      @Override
      public List<CounterRule> counters() {
        return counters;
      }

      @Override
      public Judge with(Set<String> more) {
        return of(catalog, name -> known.test(name) || more.contains(name));
      }
    };
  }
}
