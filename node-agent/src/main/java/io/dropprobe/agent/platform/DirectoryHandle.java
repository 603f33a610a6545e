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
 * An open directory, for work in a folder in which somebody writes who is not trusted. Each step is
 * made from a descriptor, so nothing that is renamed or replaced meanwhile leads elsewhere:
 * symbolic links are not followed, and opening never blocks.
 *
 * <p>java.nio's SecureDirectoryStream does not suffice: it opens without O_NONBLOCK and
 * O_DIRECTORY, and so waits for ever for the writer of a FIFO.
 */
public final class DirectoryHandle implements AutoCloseable {
  /** Deeper trees are not deleted: each level takes a descriptor and some of the stack. */
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
   * Opens a directory by a path that is trusted; links in it are followed.
   *
   * @throws NoSuchFileException when it is not there
   * @throws IOException when it can't be opened or is no directory
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
   * @throws NoSuchFileException when it is not there
   * @throws IOException when it can't be opened, is a symbolic link or no directory
   */
  public DirectoryHandle directory(String name) throws IOException {
    return new DirectoryHandle(openAt(name, Libc.O_DIRECTORY), shown.resolve(name));
  }

  /**
   * Reads a file in this directory.
   *
   * @param name one component
   * @param limit most bytes that it may have
   * @throws NoSuchFileException when it is not there
   * @throws IOException when it can't be read, is larger, or is no regular file
   */
  public byte[] read(String name, int limit) throws IOException {
    int file = openAt(name, Libc.O_NONBLOCK);
    try {
      // The file that is open, whatever has the name by now.
      Path opened = descriptor(file);
      BasicFileAttributes found = Files.readAttributes(opened, BasicFileAttributes.class);
      if (!found.isRegularFile()) {
        throw new IOException(shown.resolve(name) + " is no regular file");
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
   * A path to an entry, as long as this is open. For what does not follow a link as the last
   * component: to create anew, rename, delete.
   *
   * @param name one component
   */
  public Path entry(String name) {
    return descriptor(fd).resolve(component(name));
  }

  /** Whether a regular file of the name is there; a link to one is none. */
  public boolean hasFile(String name) {
    return Files.isRegularFile(entry(name), LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Deletes a file, or a directory with all in it; what is not there is fine.
   *
   * @param name one component
   * @throws IOException when something can't be deleted, or there is too much of it: 16 levels,
   *     10,000 entries
   */
  public void deleteTree(String name) throws IOException {
    deleteTree(name, DEPTH_LIMIT, ENTRIES_LIMIT);
  }

  /** Returns how many entries are left of those that may be deleted. */
  private int deleteTree(String name, int depth, int entries) throws IOException {
    Path entry = entry(name);
    int left = entries;
    if (depth == 0 || left == 0) {
      throw new IOException(shown.resolve(name) + ": too many files or folders to delete");
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

  /** The characters that are the same bytes in every locale; Java can't name others in each. */
  private String plain(Path child) throws IOException {
    String name = child.getFileName().toString();
    if (!name.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
      throw new IOException(shown + " has an entry whose name is not plain ASCII");
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
      throw new IllegalArgumentException("not the name of an entry: '" + name + "'");
    }
    return name;
  }

  private static IOException failed(Path path, LastErrorException e) {
    return switch (e.getErrorCode()) {
      case ENOENT -> new NoSuchFileException(path.toString());
      case ELOOP -> new IOException(path + " is a symbolic link, which is not followed");
      default -> new IOException(path + " can't be opened: errno " + e.getErrorCode());
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
