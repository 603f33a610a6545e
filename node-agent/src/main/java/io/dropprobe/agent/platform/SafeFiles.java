// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.platform;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Crash-safe file replacement: write, fsync, rename, fsync the directory. */
public final class SafeFiles {
  private SafeFiles() {}

  /**
   * Replaces a file atomically.
   *
   * @throws IOException if a step fails, in which case the file keeps its old content
   */
  public static void replace(Path file, byte[] content) throws IOException {
    Path dir = parent(file);
    Files.createDirectories(dir);
    Path fresh = dir.resolve("." + file.getFileName() + ".tmp");
    writeSynced(fresh, content);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    syncDirectory(dir);
  }

  /** Writes a file and waits until it is on the disk. */
  public static void writeSynced(Path file, byte[] content) throws IOException {
    try (FileChannel out =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer rest = ByteBuffer.wrap(content);
      while (rest.hasRemaining()) {
        out.write(rest);
      }
      out.force(true);
    }
  }

  /** Makes renames in a directory durable. */
  public static void syncDirectory(Path dir) throws IOException {
    try (FileChannel channel = FileChannel.open(dir, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static Path parent(Path path) {
    Path parent = path.getParent();
    if (parent == null) {
      throw new IllegalArgumentException("not the path of a file in a directory: " + path);
    }
    return parent;
  }

  /** Deletes a file, or a directory with everything in it, if it exists. Follows no links. */
  public static void deleteTree(Path path) throws IOException {
    try (DirectoryHandle parent = DirectoryHandle.open(parent(path))) {
      parent.deleteTree(path.getFileName().toString());
    } catch (NoSuchFileException e) {
      // Without the parent directory there is nothing to delete.
    }
  }
}
