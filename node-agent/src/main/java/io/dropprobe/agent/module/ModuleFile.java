// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import java.nio.file.Path;

/**
 * A module for this kernel in the cache.
 *
 * @param key name of its directory in the cache
 * @param file path of the .ko file
 * @param sha256 digest of the file when it was stored
 * @param srcversion hash of its source, from the section .modinfo
 * @param headers directory of the kernel headers that it was built with
 * @param buildSeconds how long the build took; null if it ended before this agent started
 */
public record ModuleFile(
    String key,
    Path file,
    String sha256,
    String srcversion,
    String version,
    String headers,
    String compiler,
    Integer buildSeconds) {}
