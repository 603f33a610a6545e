// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import io.dropprobe.agent.platform.DirectoryHandle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Client of the kmod-builder sidecar. The two exchange files in a directory that both containers
 * mount; each file is written under another name and renamed. The directory belongs to the builder,
 * and the agent, which has access through the group, trusts nothing in it: it reads only regular
 * files of a bounded size and follows no symbolic link to read, write or delete.
 */
final class BuilderClient implements Builder {
  private static final System.Logger LOG = System.getLogger(BuilderClient.class.getName());
  private static final int TEXT_LIMIT = 64 * 1024;

  private static final String REQUESTS = "requests";
  private static final String ANSWERS = "answers";

  private final Path dir;

  /** Error of the last attempt to read the file {@code builder}; null means none. */
  private @Nullable String lastError;

  BuilderClient(Path dir) {
    this.dir = dir;
  }

  @Override
  public Optional<BuilderInfo> info() {
    try (DirectoryHandle root = DirectoryHandle.open(dir)) {
      Map<String, String> v = KeyValues.parse(text(root, "builder"));
      lastError = null;
      return Optional.ofNullable(v.get("source"))
          .map(
              s ->
                  new BuilderInfo(
                      s, v.getOrDefault("version", ""), v.getOrDefault("compiler", "")));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      String error = e.getMessage() == null ? e.toString() : e.getMessage();
      if (!error.equals(lastError)) {
        lastError = error;
        LOG.log(
            System.Logger.Level.WARNING,
            "cannot read the file ''builder'' of the container kmod-builder: {0}; see its log",
            error);
      }
      return Optional.empty();
    }
  }

  @Override
  public boolean requested(String id) {
    try (DirectoryHandle root = DirectoryHandle.open(dir);
        DirectoryHandle requests = root.directory(REQUESTS)) {
      return requests.hasFile(id);
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void request(String id, String release, Instant deadline) throws IOException {
    String text =
        "id=%s\nrelease=%s\ndeadline=%d\n".formatted(id, release, deadline.getEpochSecond());
    String fresh = "." + id + ".tmp";
    try (DirectoryHandle root = DirectoryHandle.open(dir);
        DirectoryHandle requests = root.directory(REQUESTS)) {
      requests.deleteTree(fresh);
      // CREATE_NEW makes a link or a FIFO of that name an error.
      Files.writeString(
          requests.entry(fresh), text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      Files.move(requests.entry(fresh), requests.entry(id), StandardCopyOption.ATOMIC_MOVE);
    }
  }

  @Override
  public Optional<BuildAnswer> answer(String id) throws IOException {
    try (DirectoryHandle root = DirectoryHandle.open(dir);
        DirectoryHandle answers = root.directory(ANSWERS);
        DirectoryHandle answer = answers.directory(id)) {
      return Optional.of(answer(answer));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static BuildAnswer answer(DirectoryHandle answer) throws IOException {
    Map<String, String> v = KeyValues.parse(text(answer, "status"));
    BuildAnswer.Result result = BuildAnswer.Result.of(v.getOrDefault("result", ""));
    boolean ok = result == BuildAnswer.Result.OK;
    return new BuildAnswer(
        result,
        v.getOrDefault("headers", ""),
        v.getOrDefault("compiler", ""),
        seconds(v.getOrDefault("seconds", "")),
        v.getOrDefault("sha256", ""),
        v.getOrDefault("message", ""),
        optionalText(answer, "log"),
        ok ? module(answer) : new byte[0]);
  }

  private static byte[] module(DirectoryHandle answer) throws IOException {
    try {
      return answer.read("dropprobe.ko", BuildAnswer.MODULE_LIMIT);
    } catch (NoSuchFileException e) {
      // NoSuchFileException would mean that there is no answer yet.
      throw new IOException("the builder's answer has no file dropprobe.ko", e);
    }
  }

  @Override
  public void forget(String id) throws IOException {
    // Delete the request first: a builder that restarts in between would build it again.
    delete(REQUESTS, id);
    delete(ANSWERS, id);
  }

  private void delete(String folder, String id) throws IOException {
    try (DirectoryHandle root = DirectoryHandle.open(dir);
        DirectoryHandle parent = root.directory(folder)) {
      parent.deleteTree(id);
    } catch (NoSuchFileException e) {
      // Nothing to delete.
    }
  }

  private static int seconds(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static String optionalText(DirectoryHandle folder, String name) {
    try {
      return text(folder, name);
    } catch (IOException e) {
      return "";
    }
  }

  private static String text(DirectoryHandle folder, String name) throws IOException {
    return new String(folder.read(name, TEXT_LIMIT), StandardCharsets.UTF_8);
  }
}
