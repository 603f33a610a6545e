// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import io.dropprobe.agent.kernel.KernelFacts;
import io.dropprobe.agent.platform.DirectoryHandle;
import io.dropprobe.agent.platform.SafeFiles;
import io.dropprobe.api.schema.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Modules that were built on this node, each in a directory whose name is a digest of everything
 * that the module depends on. A directory is complete, because it appears by a rename.
 */
final class ModuleCache {
  private static final int KEEP = 3;
  private static final String MODULE = "dropprobe.ko";
  private static final String MANIFEST = "manifest";

  private final Path dir;
  private final Supplier<Set<String>> spared;

  /**
   * Reads nothing yet.
   *
   * @param spared names of directories that are needed, and not deleted as the oldest
   */
  ModuleCache(Path dir, Supplier<Set<String>> spared) {
    this.dir = dir;
    this.spared = spared;
  }

  /**
   * Name of the directory for a source and a kernel. It depends on uname -v, because distributions
   * rebuild a kernel package under the same release with other symbol versions.
   */
  static String key(String source, KernelFacts kernel) {
    return Digest.of(
            String.join("\n", source, kernel.release(), kernel.version(), kernel.architecture()))
        .substring(0, 32);
  }

  /** The module that is stored under a key; empty if there is none. */
  Optional<ModuleFile> find(String key) {
    Path entry = dir.resolve(key);
    try {
      Map<String, String> m = KeyValues.parse(Files.readString(entry.resolve(MANIFEST)));
      String sha256 = m.get("sha256");
      String srcversion = m.get("srcversion");
      if (sha256 == null || srcversion == null) {
        return Optional.empty();
      }
      return Optional.of(
          new ModuleFile(
              key,
              entry.resolve(MODULE),
              sha256,
              srcversion,
              "",
              m.get("version"),
              m.get("headers"),
              m.get("compiler"),
              null));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Content of the .ko file; empty if it cannot be read or has changed since it was stored. */
  Optional<byte[]> read(ModuleFile module) {
    try (DirectoryHandle entry = DirectoryHandle.open(dir.resolve(module.key()))) {
      return Optional.of(entry.read(MODULE, BuildAnswer.MODULE_LIMIT))
          .filter(content -> Digest.of(content).equals(module.sha256()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Stores a module that passed {@link ModuleCheck}, and deletes the oldest ones.
   *
   * @throws IOException if it cannot be written
   */
  ModuleFile store(String key, BuildAnswer answer) throws IOException {
    Map<String, String> info = ModInfo.parse(answer.module());
    String srcversion = info.getOrDefault("srcversion", "");
    Map<String, String> manifest = new TreeMap<>();
    manifest.put("sha256", answer.sha256());
    manifest.put("srcversion", srcversion);
    manifest.put("version", info.getOrDefault("version", ""));
    manifest.put("headers", answer.headers());
    manifest.put("compiler", answer.compiler());
    manifest.put("seconds", Integer.toString(answer.seconds()));

    Path fresh = dir.resolve("." + key + ".tmp");
    try {
      SafeFiles.deleteTree(fresh);
      Files.createDirectories(fresh);
      SafeFiles.writeSynced(fresh.resolve(MODULE), answer.module());
      SafeFiles.writeSynced(
          fresh.resolve(MANIFEST), KeyValues.format(manifest).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      SafeFiles.deleteTree(fresh); // it would take space that is needed
      throw e;
    }
    drop(key);
    Files.move(fresh, dir.resolve(key));
    SafeFiles.syncDirectory(dir);
    prune(key);
    return new ModuleFile(
        key,
        dir.resolve(key).resolve(MODULE),
        answer.sha256(),
        srcversion,
        "",
        info.get("version"),
        answer.headers(),
        answer.compiler(),
        (long) answer.seconds());
  }

  /** Marks a module as used now, so that it is not deleted as one of the oldest. */
  void touch(ModuleFile module, Instant now) {
    try {
      Files.setLastModifiedTime(dir.resolve(module.key()), FileTime.from(now));
    } catch (IOException e) {
      // The module may be deleted early and must then be built again.
    }
  }

  /** Deletes a module. */
  void drop(String key) throws IOException {
    SafeFiles.deleteTree(dir.resolve(key));
  }

  private void prune(String justStored) throws IOException {
    List<Path> entries;
    try (Stream<Path> list = Files.list(dir)) {
      entries =
          list.filter(p -> !p.getFileName().toString().equals(justStored))
              .sorted(Comparator.comparing(ModuleCache::age).reversed())
              .toList();
    }
    Set<String> needed = spared.get();
    for (Path old : entries.subList(Math.min(KEEP - 1, entries.size()), entries.size())) {
      if (!needed.contains(old.getFileName().toString())) {
        SafeFiles.deleteTree(old);
      }
    }
  }

  private static FileTime age(Path entry) {
    try {
      return Files.getLastModifiedTime(entry);
    } catch (IOException e) {
      return FileTime.fromMillis(0);
    }
  }
}
