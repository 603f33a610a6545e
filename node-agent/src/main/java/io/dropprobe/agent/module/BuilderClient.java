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

/**
 * Talks to the builder by files in a folder that both containers mount, each written under another
 * name and renamed. The folder is the builder's; the agent reaches it through the group, and trusts
 * nothing in it: only regular files of a bounded size are read, and no symbolic link is followed,
 * be it to read, to write or to delete.
 */
final class BuilderClient implements Builder {
  private static final System.Logger LOG = System.getLogger(BuilderClient.class.getName());
  private static final int TEXT_LIMIT = 64 * 1024;

  private static final String REQUESTS = "requests";
  private static final String ANSWERS = "answers";

  private final Path dir;

  /** Why the file {@code builder} could not be read when it was last tried; null for no error. */
  private String complaint;

  BuilderClient(Path dir) {
    this.dir = dir;
  }

  @Override
  public Optional<BuilderInfo> info() {
    try (DirectoryHandle root = DirectoryHandle.open(dir)) {
      Map<String, String> v = KeyValues.parse(text(root, "builder"));
      complaint = null;
      return Optional.ofNullable(v.get("source"))
          .map(s -> new BuilderInfo(s, v.get("version"), v.get("compiler")));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      if (!e.getMessage().equals(complaint)) {
        complaint = e.getMessage();
        LOG.log(
            System.Logger.Level.WARNING,
            "the builder''s description of itself is not read: {0}; see the log of the container kmod-builder",
            complaint);
      }
      return Optional.empty();
    }
  }

  @Override
  public boolean asked(String id) {
    try (DirectoryHandle root = DirectoryHandle.open(dir);
        DirectoryHandle requests = root.directory(REQUESTS)) {
      return requests.hasFile(id);
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void ask(String id, String release, Instant deadline) throws IOException {
    String text =
        "id=%s\nrelease=%s\ndeadline=%d\n".formatted(id, release, deadline.getEpochSecond());
    String fresh = "." + id + ".tmp";
    try (DirectoryHandle root = DirectoryHandle.open(dir);
        DirectoryHandle requests = root.directory(REQUESTS)) {
      requests.deleteTree(fresh);
      // Created anew, so that a link or a FIFO of that name is an error.
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
        seconds(v.get("seconds")),
        v.getOrDefault("sha256", ""),
        v.getOrDefault("message", ""),
        optionalText(answer, "log"),
        ok ? module(answer) : null);
  }

  private static byte[] module(DirectoryHandle answer) throws IOException {
    try {
      return answer.read("dropprobe.ko", BuildAnswer.MODULE_LIMIT);
    } catch (NoSuchFileException e) {
      // Without this, it would look like an answer that is not there yet.
      throw new IOException("the answer has no file dropprobe.ko", e);
    }
  }

  @Override
  public void forget(String id) throws IOException {
    // The request first: a builder that restarts in between must not build it again.
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
