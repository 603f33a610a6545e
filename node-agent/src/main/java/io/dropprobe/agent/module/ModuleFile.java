// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A module for this kernel in the cache.
 *
 * @param key name of its directory in the cache
 * @param file path of the .ko file
 * @param sha256 digest of the file when it was stored
 * @param srcversion hash of its source, from the section .modinfo
 * @param builder digest of source and compiler of the builder that made it; empty if unknown
 * @param headers directory of the kernel headers that it was built with
 * @param buildSeconds how long the build took; null means that it ended before this agent started
 */
public record ModuleFile(
    String key,
    Path file,
    String sha256,
    String srcversion,
    String builder,
    @Nullable String version,
    @Nullable String headers,
    @Nullable String compiler,
    @Nullable Long buildSeconds) {
  /** Whether both are the same file with the same content. */
  boolean isSameAs(ModuleFile other) {
    return key.equals(other.key) && sha256.equals(other.sha256);
  }

  /** The same file, and the builder that made it. */
  ModuleFile builtBy(String digest) {
    return new ModuleFile(
        key, file, sha256, srcversion, digest, version, headers, compiler, buildSeconds);
  }
}
