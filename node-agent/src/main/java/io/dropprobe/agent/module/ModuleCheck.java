package io.dropprobe.agent.module;

import io.dropprobe.agent.kernel.KernelPaths;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a module file must say of itself before it is loaded. A pure function of the file.
 *
 * <p>This finds a file that is not DropProbe's module, or not for this kernel. It does not confine
 * one that was made to do harm: code in the kernel needs no import to do anything.
 */
final class ModuleCheck {
  /**
   * Beginnings of the names of functions that the module has no use for. A list of all that it
   * imports would not do: of 130 names on five kernels 87 are on all of them; the rest follow the
   * kernel's version and its configuration, and one more would keep the module from a new kernel.
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

  /** Without it, a module counts no drops. */
  private static final String NEEDED = "tracepoint_probe_register";

  private ModuleCheck() {}

  /**
   * Why a file is not loaded; empty when nothing is wrong.
   *
   * @param elf the whole file
   * @param release uname -r of the running kernel
   */
  static Optional<String> complaint(byte[] elf, String release) {
    try {
      return info(ModInfo.parse(elf), release).or(() -> imports(new ElfFile(elf).imports()));
    } catch (IllegalArgumentException e) {
      return Optional.of("it can't be read: " + e.getMessage());
    }
  }

  private static Optional<String> info(Map<String, String> info, String release) {
    String vermagic = info.getOrDefault("vermagic", "");
    // The words after the release name options of the kernel, which the kernel checks by itself.
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
      return Optional.of("it does not import '" + NEEDED + "', which counting drops needs");
    }
    return imports.stream()
        .filter(i -> FORBIDDEN.stream().anyMatch(i::startsWith))
        .findFirst()
        .map(i -> "it imports '" + i + "', which DropProbe's module has no use for");
  }

  private static Optional<String> rule(String key, String value, String rule) {
    String found = value == null ? "absent" : "'" + cut(value) + "'";
    return Optional.of("its " + key + " is " + found + ", and must be " + rule);
  }

  private static String cut(String value) {
    return value.length() <= 100 ? value : value.substring(0, 100) + "…";
  }
}
