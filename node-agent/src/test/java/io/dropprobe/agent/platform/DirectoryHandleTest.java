// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.platform;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each test has a time limit in a thread of its own: an open(2) that blocks cannot be interrupted.
 */
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public class DirectoryHandleTest {
  @TempDir Path root;
  private Path shared;
  private Path secret;

  @BeforeEach
  void layOut() throws IOException {
    shared = Files.createDirectory(root.resolve("shared"));
    secret = Files.writeString(Files.createDirectory(root.resolve("own")).resolve("file"), "own");
  }

  /** Makes a FIFO, for which Java has no function. */
  public static void fifo(Path path) {
    try {
      Process p = new ProcessBuilder("mkfifo", path.toString()).inheritIO().start();
      assertTrue(p.waitFor(10, TimeUnit.SECONDS) && p.exitValue() == 0, "mkfifo " + path);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private String refusal(String name) {
    IOException e =
        assertThrows(
            IOException.class,
            () -> {
              try (DirectoryHandle handle = DirectoryHandle.open(shared)) {
                handle.read(name, 100);
              }
            });
    return e.getMessage();
  }

  @Test
  void readsRegularFileUpToLimit() throws IOException {
    Files.writeString(shared.resolve("a"), "x".repeat(100));
    Files.writeString(shared.resolve("b"), "x".repeat(101));
    try (DirectoryHandle handle = DirectoryHandle.open(shared)) {
      assertArrayEquals("x".repeat(100).getBytes(US_ASCII), handle.read("a", 100));
    }
    assertTrue(refusal("b").endsWith("b is larger than 100 bytes"), refusal("b"));
  }

  @Test
  void refusesFifoWithoutWaitingForItsWriter() {
    fifo(shared.resolve("a"));
    assertTrue(refusal("a").endsWith("a is not a regular file"), refusal("a"));
  }

  @Test
  void refusesDirectoryAndLinkAsFile() throws IOException {
    Files.createDirectory(shared.resolve("a"));
    Files.createSymbolicLink(shared.resolve("b"), secret);
    assertTrue(refusal("a").endsWith("a is not a regular file"), refusal("a"));
    assertTrue(refusal("b").contains("is a symbolic link"), refusal("b"));
  }

  @Test
  void refusesLinkAndFifoAsDirectory() throws IOException {
    Files.createSymbolicLink(shared.resolve("a"), secret.getParent());
    fifo(shared.resolve("b"));
    try (DirectoryHandle handle = DirectoryHandle.open(shared)) {
      assertThrows(IOException.class, () -> handle.directory("a"));
      assertThrows(IOException.class, () -> handle.directory("b"));
      assertThrows(NoSuchFileException.class, () -> handle.directory("c"));
      assertThrows(IllegalArgumentException.class, () -> handle.directory(".."));
      assertThrows(IllegalArgumentException.class, () -> handle.read("a/file", 100));
    }
  }

  @Test
  void staysInDirectoryThatIsReplacedByLink() throws IOException {
    Files.writeString(Files.createDirectory(shared.resolve("a")).resolve("file"), "shared");
    try (DirectoryHandle handle = DirectoryHandle.open(shared);
        DirectoryHandle inner = handle.directory("a")) {
      Files.move(shared.resolve("a"), shared.resolve("away"));
      Files.createSymbolicLink(shared.resolve("a"), secret.getParent());
      assertEquals("shared", new String(inner.read("file", 100), US_ASCII));
      inner.deleteTree("file");
    }
    assertTrue(Files.exists(secret));
    assertFalse(Files.exists(shared.resolve("away/file")));
  }

  @Test
  void deletesLinksButNotTheirTargets() throws IOException {
    Path tree = Files.createDirectories(shared.resolve("a/b"));
    Files.createSymbolicLink(tree.resolve("folder"), secret.getParent());
    Files.createSymbolicLink(tree.resolve("file"), secret);
    fifo(tree.resolve("fifo"));
    try (DirectoryHandle handle = DirectoryHandle.open(shared)) {
      handle.deleteTree("a");
      handle.deleteTree("a");
    }
    assertFalse(Files.exists(shared.resolve("a")));
    assertTrue(Files.exists(secret));
  }

  @Test
  void refusesToDeleteTreeThatIsTooDeep() throws IOException {
    Files.createDirectories(shared.resolve("a/".repeat(17)));
    try (DirectoryHandle handle = DirectoryHandle.open(shared)) {
      assertThrows(IOException.class, () -> handle.deleteTree("a"));
    }
  }
}
