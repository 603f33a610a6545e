// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dropprobe.agent.platform.SafeFiles;
import io.dropprobe.api.v1alpha1.Counters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The accounts on the node's disk: one small file that is replaced atomically. It is written when
 * an epoch begins or is about to end, not for each reading.
 */
public final class Journal {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;

  /** Reads and writes nothing yet. */
  public Journal(Path file) {
    this.file = file;
  }

  /**
   * Reads the accounts; empty if there is no file.
   *
   * @throws IOException if the file cannot be read or parsed
   */
  public List<Account> load() throws IOException {
    try {
      return JSON.readValue(Files.readAllBytes(file), Content.class).accounts().stream()
          .map(Entry::account)
          .toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  /**
   * Replaces the file.
   *
   * @throws IOException if it cannot be written, in which case it keeps its old content
   */
  public void save(Collection<Account> accounts) throws IOException {
    Content content = new Content(accounts.stream().map(Entry::of).toList());
    SafeFiles.replace(file, JSON.writeValueAsBytes(content));
  }

  private static @Nullable Long seconds(@Nullable Instant time) {
    return time == null ? null : time.getEpochSecond();
  }

  private static @Nullable Instant instant(@Nullable Long seconds) {
    return seconds == null ? null : Instant.ofEpochSecond(seconds);
  }

  private static <T> Map<String, T> orEmpty(@Nullable Map<String, T> map) {
    return map == null ? Map.of() : map;
  }

  /** Times are seconds since 1970. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Content(List<Entry> accounts) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Entry(
      String uid,
      String series,
      String nodeUid,
      @Nullable String epoch,
      @Nullable String options,
      @Nullable Long since,
      Numbers base,
      Numbers current) {

    static Entry of(Account a) {
      return new Entry(
          a.uid(),
          a.series(),
          a.nodeUid(),
          a.epoch(),
          a.options(),
          seconds(a.since()),
          Numbers.of(a.base()),
          Numbers.of(a.current()));
    }

    Account account() {
      return new Account(
          uid, series, nodeUid, epoch, options, instant(since), base.counts(), current.counts());
    }
  }

  @JsonIgnoreProperties(ignoreUnknown = true)
  private static final class Numbers extends Counters.Fields {
    public @Nullable Long last;
    public @Nullable Map<String, Long> reasons;
    public @Nullable Map<String, Long> locations;
    public @Nullable Map<String, Stage> stages;

    static Numbers of(Counts c) {
      Numbers n = new Numbers();
      n.assign(c.counters());
      n.last = seconds(c.last());
      n.reasons = c.reasons();
      n.locations = c.locations();
      n.stages = c.stages();
      return n;
    }

    Counts counts() {
      return new Counts(
          counters(),
          instant(last),
          orEmpty(reasons),
          orEmpty(locations),
          // Journals of versions that did not count stages have none.
          orEmpty(stages));
    }
  }
}
