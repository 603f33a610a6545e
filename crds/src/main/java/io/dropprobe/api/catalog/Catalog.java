// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.catalog;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The causes of freed packets, by what is known of them. The file {@code catalog.txt} beside this
 * class has the entries; the most specific one that matches decides. Immutable.
 */
public final class Catalog {
  private static final String FILE = "catalog.txt";

  /** By reason, highest rank first. */
  private final Map<String, List<Entry>> ofReason = new HashMap<>();

  /** Entries that name no reason, highest rank first. */
  private final List<Entry> ofAnyReason = new ArrayList<>();

  /** Entries that name a counter, in the order of the file. */
  private final List<Entry> ofCounters = new ArrayList<>();

  private Catalog(List<Entry> entries) {
    for (Entry e : entries) {
      if (e.values().containsKey(Entry.Key.COUNTER)) {
        ofCounters.add(e);
        continue;
      }
      for (String reason : e.of(Entry.Key.REASON)) {
        ofReason.computeIfAbsent(reason, r -> new ArrayList<>()).add(e);
      }
      if (!e.values().containsKey(Entry.Key.REASON)) {
        ofAnyReason.add(e);
      }
    }
    ofReason.values().forEach(list -> list.addAll(ofAnyReason));
    Comparator<Entry> mostSpecificFirst = Comparator.comparingInt(Entry::rank).reversed();
    ofReason.values().forEach(list -> list.sort(mostSpecificFirst));
    ofAnyReason.sort(mostSpecificFirst);
  }

  /** Loads the catalogue that is packaged with this class. */
  public static Catalog load() {
    return of(text());
  }

  /**
   * A catalogue in the form of the packaged file.
   *
   * @throws IllegalArgumentException if a line is not as the head of that file says
   */
  public static Catalog of(String text) {
    return of(CatalogFile.read(text));
  }

  static Catalog of(List<Entry> entries) {
    return new Catalog(entries);
  }

  /** The text of the packaged file. */
  static String text() {
    try (InputStream in = Catalog.class.getResourceAsStream(FILE)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The cause of freed packets. What no entry matches is Unspecified. Packets of which only the
   * reason is known are Unspecified, too, unless all entries that name it have the same effect.
   *
   * @param known whether the kernel that freed them names a reason, without {@code
   *     SKB_DROP_REASON_} (always false for a kernel without reasons), or whether the probe has a
   *     counter of the kernel
   */
  public Cause causeOf(Free free, Predicate<String> known) {
    Free named = free.named(known.test(Free.NOT_SPECIFIED));
    Entry entry = entryOf(named, known);
    return entry == null ? new Cause(named.reason(), DropClass.Unspecified) : entry.cause(named);
  }

  /**
   * What the kernel's own counters say, in the order of the catalogue.
   *
   * @param known as for {@link #causeOf}
   */
  public List<CounterRule> counters(Predicate<String> known) {
    boolean names = known.test(Free.NOT_SPECIFIED);
    return ofCounters.stream()
        .filter(e -> e.applies(known))
        .map(e -> new CounterRule(e, names))
        .toList();
  }

  /** The entry that decides; null if none does. */
  @Nullable Entry entryOf(Free free, Predicate<String> known) {
    List<Entry> candidates = ofReason.getOrDefault(free.reason(), ofAnyReason);
    Entry best = candidates.stream().filter(e -> e.matches(free, known)).findFirst().orElse(null);
    if (best == null || free.function() != null) {
      return best;
    }
    boolean alike =
        candidates.stream()
            .filter(e -> e.values().containsKey(Entry.Key.REASON))
            .filter(e -> e.mayMatch(free, known) && !best.overrides(e))
            .allMatch(e -> e.dropClass().effect() == best.dropClass().effect());
    return alike ? best : null;
  }
}
