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
 * @param headers directory of the kernel headers that it was built with
 * @param buildSeconds how long the build took; null means that it ended before this agent started
 */
public record ModuleFile(
    String key,
    Path file,
    String sha256,
    String srcversion,
    @Nullable String version,
    @Nullable String headers,
    @Nullable String compiler,
    @Nullable Long buildSeconds) {}
