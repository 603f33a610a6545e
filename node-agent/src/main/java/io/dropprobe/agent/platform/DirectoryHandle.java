// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.platform;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * An open directory, for folders in which untrusted processes write. Every step starts from a
 * descriptor, so a rename or replacement in between cannot redirect it; symbolic links are not
 * followed, and opening never blocks.
 *
 * <p>java.nio's SecureDirectoryStream opens without O_NONBLOCK and O_DIRECTORY, so it would wait
 * forever for the writer of a FIFO.
 */
public final class DirectoryHandle implements AutoCloseable {
  /** Deeper trees are not deleted: each level costs a descriptor and some of the stack. */
  private static final int DEPTH_LIMIT = 16;

  private static final int ENTRIES_LIMIT = 10_000;
  private static final int ENOENT = 2;
  private static final int ELOOP = 40;

  private final int fd;
  private final Path shown;

  private DirectoryHandle(int fd, Path shown) {
    this.fd = fd;
    this.shown = shown;
  }

  /**
   * Opens a directory by a trusted path; links in the path are followed.
   *
   * @throws NoSuchFileException if it does not exist
   * @throws IOException if it cannot be opened or is not a directory
   */
  public static DirectoryHandle open(Path trusted) throws IOException {
    try {
      int flags = Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC;
      return new DirectoryHandle(Libc.INSTANCE.open(trusted.toString(), flags), trusted);
    } catch (LastErrorException e) {
      throw failed(trusted, e);
    }
  }

  /**
   * Opens a directory in this one.
   *
   * @param name one component
   * @throws NoSuchFileException if it does not exist
   * @throws IOException if it cannot be opened, is a symbolic link or is not a directory
   */
  public DirectoryHandle directory(String name) throws IOException {
    return new DirectoryHandle(openAt(name, Libc.O_DIRECTORY), shown.resolve(name));
  }

  /**
   * Reads a file in this directory.
   *
   * @param name one component
   * @param limit maximum size in bytes
   * @throws NoSuchFileException if it does not exist
   * @throws IOException if it cannot be read, is larger, or is not a regular file
   */
  public byte[] read(String name, int limit) throws IOException {
    int file = openAt(name, Libc.O_NONBLOCK);
    try {
      // The open file, whatever the name refers to by now.
      Path opened = descriptor(file);
      BasicFileAttributes found = Files.readAttributes(opened, BasicFileAttributes.class);
      if (!found.isRegularFile()) {
        throw new IOException(shown.resolve(name) + " is not a regular file");
      }
      if (found.size() > limit) {
        throw new IOException(tooLarge(name, limit));
      }
      try (InputStream in = Files.newInputStream(opened)) {
        byte[] content = in.readNBytes(limit + 1);
        if (content.length > limit) {
          throw new IOException(tooLarge(name, limit));
        }
        return content;
      }
    } finally {
      Libc.INSTANCE.close(file);
    }
  }

  /**
   * Returns a path to an entry, valid while this directory is open. Use it only for operations that
   * do not follow a link as the last component: create a new file, rename, delete.
   *
   * @param name one component
   */
  public Path entry(String name) {
    return descriptor(fd).resolve(component(name));
  }

  /** Whether the directory has a regular file of that name; a link to one does not count. */
  public boolean hasFile(String name) {
    return Files.isRegularFile(entry(name), LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Deletes a file, or a directory with everything in it, if it exists.
   *
   * @param name one component
   * @throws IOException if something cannot be deleted, or the tree has more than 16 levels or
   *     10,000 entries
   */
  public void deleteTree(String name) throws IOException {
    deleteTree(name, DEPTH_LIMIT, ENTRIES_LIMIT);
  }

  /** Returns how many more entries may be deleted. */
  private int deleteTree(String name, int depth, int entries) throws IOException {
    Path entry = entry(name);
    int left = entries;
    if (depth == 0 || left == 0) {
      throw new IOException(
          shown.resolve(name)
              + ": not deleted, because it has more than 16 levels or 10,000 entries");
    }
    if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
      try (DirectoryHandle inner = directory(name);
          DirectoryStream<Path> children = Files.newDirectoryStream(descriptor(inner.fd))) {
        for (Path child : children) {
          left = inner.deleteTree(plain(child), depth - 1, left);
        }
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      }
    }
    Files.deleteIfExists(entry);
    return left - 1;
  }

  /** Java cannot name files with other characters in every locale. */
  private String plain(Path child) throws IOException {
    String name = child.getFileName().toString();
    if (!name.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
      throw new IOException(shown + " has an entry whose name is not printable ASCII");
    }
    return name;
  }

  private int openAt(String name, int flags) throws IOException {
    try {
      return Libc.INSTANCE.openat(
          fd, component(name), flags | Libc.O_RDONLY | Libc.O_NOFOLLOW | Libc.O_CLOEXEC);
    } catch (LastErrorException e) {
      throw failed(shown.resolve(name), e);
    }
  }

  private static String component(String name) {
    if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('/') >= 0) {
      throw new IllegalArgumentException("not the name of a directory entry: '" + name + "'");
    }
    return name;
  }

  private static IOException failed(Path path, LastErrorException e) {
    return switch (e.getErrorCode()) {
      case ENOENT -> new NoSuchFileException(path.toString());
      case ELOOP -> new IOException(path + " is a symbolic link, which the agent does not follow");
      default -> new IOException(path + " cannot be opened: errno " + e.getErrorCode());
    };
  }

  private String tooLarge(String name, int limit) {
    return shown.resolve(name) + " is larger than " + limit + " bytes";
  }

  private static Path descriptor(int fd) {
    return Path.of("/proc/self/fd", Integer.toString(fd));
  }

  @Override
  public void close() {
    Libc.INSTANCE.close(fd);
  }
}
