// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import io.dropprobe.api.schema.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Plays the builder in the shared directory, by its protocol. */
public final class BuilderSide {
  /** Source version of what it builds. */
  public String srcversion = "AAAA";

  /** What it answers. */
  public String result = "ok";

  public String message = "";

  /** What it answers instead of a good module; null for a good one. */
  public byte[] module;

  public String log = "";

  /** All requests that it has answered. */
  public final List<String> requests = new ArrayList<>();

  private final Path dir;

  public BuilderSide(Path dir) {
    this.dir = dir;
  }

  /** Starts, and describes itself. */
  public BuilderSide starts(String source) {
    try {
      Files.createDirectories(dir.resolve("requests"));
      Files.createDirectories(dir.resolve("answers"));
      Files.writeString(
          dir.resolve("builder"), "source=" + source + "\nversion=0.1.0\ncompiler=gcc 16.1.0\n");
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The text of a request that is pending. */
  public String request(String id) {
    try {
      return Files.readString(dir.resolve("requests").resolve(id));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ids of the requests in the directory. */
  public List<String> pending() {
    return list("requests");
  }

  /** Answers all requests. */
  public void answers() {
    try {
      for (String id : pending()) {
        if (Files.exists(dir.resolve("answers").resolve(id))) {
          continue;
        }
        requests.add(Files.readString(dir.resolve("requests").resolve(id)));
        answer(id);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void answer(String id) throws IOException {
    Path fresh = Files.createDirectories(dir.resolve("answers").resolve("." + id + ".tmp"));
    byte[] file = module != null ? module : TestModule.of(srcversion);
    if (result.equals("ok")) {
      Files.write(fresh.resolve("dropprobe.ko"), file);
    }
    Files.writeString(fresh.resolve("log"), log);
    Files.writeString(
        fresh.resolve("status"),
        "id=%s\nresult=%s\nexit=0\nheaders=/lib/modules/6.12.1-test/build\ncompiler=gcc 16.1.0\nseconds=6\nsha256=%s\nmessage=%s\n"
            .formatted(id, result, Digest.of(file), message));
    Files.move(fresh, dir.resolve("answers").resolve(id));
  }

  /** Damages the module in each answer. */
  void damageAnswer() {
    enlargeAnswer(1);
  }

  /** Replaces the module in each answer by a number of zero bytes. */
  void enlargeAnswer(int bytes) {
    try {
      for (String id : list("answers")) {
        Files.write(dir.resolve("answers").resolve(id).resolve("dropprobe.ko"), new byte[bytes]);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All names in the directory of requests or of answers. */
  List<String> list(String folder) {
    try (Stream<Path> files = Files.list(dir.resolve(folder))) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
