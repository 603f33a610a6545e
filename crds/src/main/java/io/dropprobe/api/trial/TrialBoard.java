// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.trial;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The entries of the ConfigMap, by {@link TrialKey#digest}. The operator writes it, all agents read
 * it, and it outlives both.
 */
public final class TrialBoard {
  /** Without an entry. */
  public static final TrialBoard EMPTY = new TrialBoard(new TreeMap<>());

  private static final ObjectMapper JSON = new ObjectMapper();

  private final SortedMap<String, TrialEntry> entries;

  private TrialBoard(SortedMap<String, TrialEntry> entries) {
    this.entries = entries;
  }

  /** Makes one of entries with different keys. */
  public static TrialBoard of(Collection<TrialEntry> entries) {
    SortedMap<String, TrialEntry> map = new TreeMap<>();
    entries.forEach(e -> map.put(e.key().digest(), e));
    return new TrialBoard(map);
  }

  /**
   * Reads the data of the ConfigMap. Leaves out what cannot be read, or has the name of another
   * key: it proves nothing.
   *
   * @param data null means none
   */
  public static TrialBoard parse(@Nullable Map<String, String> data) {
    SortedMap<String, TrialEntry> map = new TreeMap<>();
    if (data != null) {
      data.forEach((name, text) -> entry(name, text).ifPresent(e -> map.put(name, e)));
    }
    return new TrialBoard(map);
  }

  private static Optional<TrialEntry> entry(String name, String text) {
    try {
      return Optional.ofNullable(JSON.readValue(text, TrialEntry.class))
          .filter(e -> e.isComplete() && e.key().digest().equals(name));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  /** The data of the ConfigMap. */
  public Map<String, String> format() {
    SortedMap<String, String> data = new TreeMap<>();
    entries.forEach((name, entry) -> data.put(name, text(entry)));
    return data;
  }

  private static String text(TrialEntry entry) {
    try {
      return JSON.writeValueAsString(entry);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an entry cannot be written as JSON", e);
    }
  }

  /** All entries. */
  public Collection<TrialEntry> entries() {
    return entries.values();
  }

  /** The entry of exactly this key; empty if there is none. */
  public Optional<TrialEntry> find(TrialKey key) {
    return Optional.ofNullable(entries.get(key.digest())).filter(e -> e.key().equals(key));
  }

  /**
   * A proof of this key, or of one with more hooks; empty if there is none.
   *
   * @param wanted with an empty builder, a proof of any builder's module of this source will do: it
   *     is in the kernel already, and it is not known who made it
   */
  public Optional<TrialEntry> proof(TrialKey wanted) {
    return entries.values().stream().filter(e -> e.proves(of(wanted, e.key()))).findFirst();
  }

  private static TrialKey of(TrialKey wanted, TrialKey other) {
    return wanted.builder().isEmpty() ? wanted.madeBy(other.builder()) : wanted;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof TrialBoard other && entries.equals(other.entries);
  }

  @Override
  public int hashCode() {
    return entries.hashCode();
  }

  @Override
  public String toString() {
    return format().toString();
  }
}
