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
import java.util.Set;
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

  private Catalog(List<Entry> entries) {
    for (Entry e : entries) {
      for (String reason : e.values().getOrDefault(Entry.Key.REASON, Set.of())) {
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
    return of(CatalogFile.read(text()));
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
   * @param kernelNames whether the kernel that freed them names a reason, without {@code
   *     SKB_DROP_REASON_}; always false for a kernel without reasons
   */
  public Cause causeOf(Free free, Predicate<String> kernelNames) {
    Free named = free.named(kernelNames.test(Free.NOT_SPECIFIED));
    Entry entry = entryOf(named, kernelNames);
    return entry == null ? new Cause(named.reason(), DropClass.Unspecified) : entry.cause(named);
  }

  /** The entry that decides; null if none does. */
  @Nullable Entry entryOf(Free free, Predicate<String> kernelNames) {
    List<Entry> candidates = ofReason.getOrDefault(free.reason(), ofAnyReason);
    Entry best =
        candidates.stream().filter(e -> e.matches(free, kernelNames)).findFirst().orElse(null);
    if (best == null || free.function() != null) {
      return best;
    }
    boolean alike =
        candidates.stream()
            .filter(e -> e.values().containsKey(Entry.Key.REASON))
            .filter(e -> e.mayMatch(free, kernelNames))
            .allMatch(e -> e.dropClass().effect() == best.dropClass().effect());
    return alike ? best : null;
  }
}
