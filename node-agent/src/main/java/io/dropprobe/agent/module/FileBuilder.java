package io.dropprobe.agent.module;

import io.dropprobe.agent.SafeFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Talks to the builder by files in a folder that both containers mount, each written under another
 * name and renamed. The folder is the builder's; the agent reaches it through the group, and trusts
 * nothing in it: sizes are bounded, symbolic links are not followed.
 */
final class FileBuilder implements Builder {
  private static final int TEXT_LIMIT = 64 * 1024;

  /** The module is a few hundred KiB with its symbols, and the heap 48 MiB. */
  private static final int MODULE_LIMIT = 4 * 1024 * 1024;

  private final Path dir;

  FileBuilder(Path dir) {
    this.dir = dir;
  }

  @Override
  public Optional<BuilderInfo> info() {
    try {
      Map<String, String> v = KeyValues.parse(text(dir.resolve("builder")));
      return Optional.ofNullable(v.get("source"))
          .map(s -> new BuilderInfo(s, v.get("version"), v.get("compiler")));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public boolean asked(String id) {
    return Files.exists(request(id));
  }

  @Override
  public void ask(String id, String release, Instant deadline) throws IOException {
    Files.createDirectories(request(id).getParent());
    String text =
        "id=%s\nrelease=%s\ndeadline=%d\n".formatted(id, release, deadline.getEpochSecond());
    Path fresh = request("." + id + ".tmp");
    Files.writeString(fresh, text);
    Files.move(fresh, request(id), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public Optional<BuildAnswer> answer(String id) throws IOException {
    Path answer = answers(id);
    Map<String, String> v;
    try {
      v = KeyValues.parse(text(answer.resolve("status")));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    BuildAnswer.Result result = BuildAnswer.Result.of(v.getOrDefault("result", ""));
    boolean ok = result == BuildAnswer.Result.OK;
    return Optional.of(
        new BuildAnswer(
            result,
            v.getOrDefault("headers", ""),
            v.getOrDefault("compiler", ""),
            seconds(v.get("seconds")),
            v.getOrDefault("sha256", ""),
            v.getOrDefault("message", ""),
            optionalText(answer.resolve("log")),
            ok ? bytes(answer.resolve("dropprobe.ko"), MODULE_LIMIT) : null));
  }

  @Override
  public void forget(String id) throws IOException {
    // The request first: a builder that restarts in between must not build it again.
    Files.deleteIfExists(request(id));
    SafeFiles.deleteTree(answers(id));
  }

  private Path request(String name) {
    return dir.resolve("requests").resolve(name);
  }

  private Path answers(String name) {
    return dir.resolve("answers").resolve(name);
  }

  private static int seconds(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static String optionalText(Path file) {
    try {
      return text(file);
    } catch (IOException e) {
      return "";
    }
  }

  private static String text(Path file) throws IOException {
    return new String(bytes(file, TEXT_LIMIT), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(Path file, int limit) throws IOException {
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      byte[] content = in.readNBytes(limit + 1);
      if (content.length > limit) {
        throw new IOException(file + " is larger than " + limit + " bytes");
      }
      return content;
    }
  }
}
