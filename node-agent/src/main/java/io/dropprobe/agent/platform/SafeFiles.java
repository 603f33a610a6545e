package io.dropprobe.agent.platform;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Files that are there whole or not at all, also after a power cut. */
public final class SafeFiles {
  private SafeFiles() {}

  /**
   * Replaces a file: written beside it, synced, renamed, the folder synced.
   *
   * @throws IOException when any step fails; the old content is still there then
   */
  public static void replace(Path file, byte[] content) throws IOException {
    Path dir = file.getParent();
    Files.createDirectories(dir);
    Path fresh = dir.resolve("." + file.getFileName() + ".tmp");
    writeSynced(fresh, content);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    syncDirectory(dir);
  }

  /** Writes a file and waits until the disk has it. */
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

  /** Makes renames in a folder last. */
  public static void syncDirectory(Path dir) throws IOException {
    try (FileChannel channel = FileChannel.open(dir, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Removes a file, or a folder with all in it; what is not there is fine. Follows no links. */
  public static void deleteTree(Path path) throws IOException {
    try (DirectoryHandle parent = DirectoryHandle.open(path.getParent())) {
      parent.deleteTree(path.getFileName().toString());
    } catch (NoSuchFileException e) {
      // Without the parent there is nothing to remove.
    }
  }
}
