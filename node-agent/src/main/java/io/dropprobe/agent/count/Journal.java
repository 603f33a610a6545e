// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.dropprobe.agent.platform.SafeFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/**
 * The accounts on the node's disk: one small file that is replaced atomically. It is written when
 * an epoch begins or is about to end, and before each report, not for each reading.
 */
public final class Journal {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;

  /** Reads and writes nothing yet. */
  public Journal(Path file) {
    this.file = file;
  }

  /**
   * Reads the accounts; empty if there is no file. Those of the first model, which counted
   * otherwise, are left out.
   *
   * @throws IOException if the file cannot be read or parsed
   */
  public List<Account> load() throws IOException {
    try {
      return JSON.readValue(Files.readAllBytes(file), JournalForm.class).accounts().stream()
          .map(JournalForm.Entry::account)
          .filter(Objects::nonNull)
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
    JournalForm form = new JournalForm(accounts.stream().map(JournalForm.Entry::of).toList());
    SafeFiles.replace(file, JSON.writeValueAsBytes(form));
  }
}
