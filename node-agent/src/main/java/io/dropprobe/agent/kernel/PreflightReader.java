// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import java.nio.file.Files;
import java.util.Arrays;
import java.util.Optional;

/** Reads the state that {@link Preflight} names. */
final class PreflightReader {
  /** Bit of CAP_SYS_MODULE in linux/capability.h. */
  private static final int CAP_SYS_MODULE = 16;

  private PreflightReader() {}

  static Preflight read(KernelPaths paths) {
    return new Preflight(
        Files.exists(paths.proc().resolve("modules")),
        KernelFiles.read(paths.proc().resolve("sys/kernel/modules_disabled"))
            .map("1"::equals)
            .orElse(false),
        KernelFiles.read(paths.securityfs().resolve("lockdown"))
            .flatMap(PreflightReader::lockdown)
            .orElse(null),
        KernelFiles.read(paths.sysModule().resolve("module/parameters/sig_enforce"))
            .map("Y"::equals)
            .orElse(null),
        KernelFiles.read(paths.proc().resolve("self/status"))
            .map(PreflightReader::hasSysModule)
            .orElse(false),
        KernelFiles.read(paths.proc().resolve("cmdline"))
            .map(PreflightReader::blacklisted)
            .orElse(false));
  }

  /** In {@code none [integrity] confidentiality}, the state in brackets is in force. */
  static Optional<String> lockdown(String text) {
    int open = text.indexOf('[');
    int close = text.indexOf(']');
    return open >= 0 && close > open
        ? Optional.of(text.substring(open + 1, close))
        : Optional.empty();
  }

  static boolean hasSysModule(String status) {
    return Arrays.stream(status.split("\n"))
        .filter(l -> l.startsWith("CapEff:"))
        .map(l -> Long.parseUnsignedLong(l.substring("CapEff:".length()).strip(), 16))
        .anyMatch(bits -> (bits >> CAP_SYS_MODULE & 1) == 1);
  }

  static boolean blacklisted(String cmdline) {
    return Arrays.stream(cmdline.split("\\s+"))
        .filter(w -> w.startsWith("module_blacklist="))
        .flatMap(w -> Arrays.stream(w.substring("module_blacklist=".length()).split(",")))
        .anyMatch(KernelPaths.MODULE::equals);
  }
}
