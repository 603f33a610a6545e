package io.dropprobe.agent.module;

import java.nio.file.Path;

/**
 * A module for this kernel, in the cache.
 *
 * @param key of the cache
 * @param file the .ko
 * @param sha256 of the file when it was stored
 * @param srcversion as its section .modinfo has it
 * @param headers folder it was built with
 * @param buildSeconds how long that took; null when this agent has not seen it built
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
