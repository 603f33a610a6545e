// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import io.dropprobe.agent.kernel.KernelPaths;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks a module file before it is loaded. A pure function of the file.
 *
 * <p>It detects a file that is not DropProbe's module or is for another kernel. It is no protection
 * against a malicious module: code in the kernel can do anything without an import.
 */
final class ModuleCheck {
  /**
   * Prefixes of functions that the module does not use. A list of the allowed imports would not
   * work: of 130 imports on five kernels only 87 exist on all, the others depend on version and
   * configuration, and a new import would make a good module fail on a new kernel.
   */
  private static final List<String> FORBIDDEN =
      List.of(
          // to run programs and to start threads
          "call_usermodehelper",
          "kernel_execve",
          "kthread_create",
          "kernel_clone",
          "user_mode_thread",
          // to change rights
          "commit_creds",
          "override_creds",
          "prepare_creds",
          "prepare_kernel_cred",
          "security_",
          // to read and write files and devices
          "filp_open",
          "file_open",
          "kernel_read",
          "kernel_write",
          "vfs_",
          "misc_register",
          "__register_chrdev",
          "cdev_",
          // to send packets, or to change what happens to them
          "sock_create",
          "kernel_sendmsg",
          "dev_queue_xmit",
          "__dev_queue_xmit",
          "netif_rx",
          "nf_register_",
          "dev_add_pack",
          "netdev_rx_handler_register",
          // to change the memory of other programs, and the kernel's code
          "access_process_vm",
          "set_memory_",
          "text_poke",
          "kallsyms_lookup",
          "module_alloc",
          "execmem_",
          "livepatch",
          "klp_",
          // to load another module, and to stop the machine
          "__request_module",
          "kernel_restart",
          "kernel_power_off",
          "orderly_",
          "emergency_restart");

  /** A module that does not import it cannot count drops. */
  private static final String NEEDED = "tracepoint_probe_register";

  private ModuleCheck() {}

  /**
   * Says why a file must not be loaded; empty if it may be.
   *
   * @param elf the whole file
   * @param release uname -r of the running kernel
   */
  static Optional<String> complaint(byte[] elf, String release) {
    try {
      return info(ModInfo.parse(elf), release).or(() -> imports(new ElfFile(elf).imports()));
    } catch (IllegalArgumentException e) {
      return Optional.of("it cannot be parsed: " + e.getMessage());
    }
  }

  private static Optional<String> info(Map<String, String> info, String release) {
    String vermagic = info.getOrDefault("vermagic", "");
    // The kernel itself checks the options that follow the release.
    String builtFor = vermagic.split(" ", 2)[0];
    if (!KernelPaths.MODULE.equals(info.get("name"))) {
      return rule("name", info.get("name"), "'" + KernelPaths.MODULE + "'");
    }
    if (!"GPL".equals(info.get("license"))) {
      return rule("license", info.get("license"), "'GPL'");
    }
    if (!info.getOrDefault("depends", "").isEmpty()) {
      return rule("depends", info.get("depends"), "empty");
    }
    if (!builtFor.equals(release)) {
      return rule("vermagic", vermagic, "that of the running kernel, '" + release + "'");
    }
    String srcversion = info.get("srcversion");
    return srcversion != null && srcversion.matches("[0-9A-F]{1,64}")
        ? Optional.empty()
        : rule("srcversion", srcversion, "hexadecimal digits");
  }

  private static Optional<String> imports(Set<String> imports) {
    if (!imports.contains(NEEDED)) {
      return Optional.of("it does not import '" + NEEDED + "', which DropProbe's module needs");
    }
    return imports.stream()
        .filter(i -> FORBIDDEN.stream().anyMatch(i::startsWith))
        .findFirst()
        .map(i -> "it imports '" + i + "', which DropProbe's module does not use");
  }

  private static Optional<String> rule(String key, @Nullable String value, String rule) {
    String found = value == null ? "absent" : "'" + cut(value) + "'";
    return Optional.of("its " + key + " is " + found + ", but must be " + rule);
  }

  private static String cut(String value) {
    return value.length() <= 100 ? value : value.substring(0, 100) + "…";
  }
}
