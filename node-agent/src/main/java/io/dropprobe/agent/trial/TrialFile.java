// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.trial;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dropprobe.agent.platform.SafeFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** The {@link TrialRecord} on the node's disk: a small file that is replaced atomically. */
final class TrialFile {
  private static final System.Logger LOG = System.getLogger(TrialFile.class.getName());
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;

  /** Reads and writes nothing yet. */
  TrialFile(Path file) {
    this.file = file;
  }

  /** Reads the record: an empty one if it cannot be read; nothing if there is no file. */
  Optional<TrialRecord> load() {
    try {
      TrialRecord record = JSON.readValue(Files.readAllBytes(file), TrialRecord.class);
      return Optional.of(record == null ? TrialRecord.EMPTY : record);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "cannot read {0}: {1}; the node is taken for one that has not met any module yet",
          file,
          e.toString());
      return Optional.of(TrialRecord.EMPTY);
    }
  }

  /**
   * Replaces the file, and returns when it is on the disk.
   *
   * @throws IOException if it cannot be written, in which case it keeps its old content
   */
  void save(TrialRecord record) throws IOException {
    SafeFiles.replace(file, bytes(record));
  }

  private static byte[] bytes(TrialRecord record) {
    try {
      return JSON.writeValueAsBytes(record);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a trial cannot be written as JSON", e);
    }
  }
}
