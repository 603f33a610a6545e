package io.dropprobe.agent.module;

import static io.dropprobe.api.schema.Conditions.Node.ARCHITECTURE_NOT_SUPPORTED;
import static io.dropprobe.api.schema.Conditions.Node.BUILD_FAILED;
import static io.dropprobe.api.schema.Conditions.Node.BUILD_TIMED_OUT;
import static io.dropprobe.api.schema.Conditions.Node.HEADERS_FOUND;
import static io.dropprobe.api.schema.Conditions.Node.HEADERS_NOT_FOUND;
import static io.dropprobe.api.schema.Conditions.Node.KERNEL_LOCKDOWN;
import static io.dropprobe.api.schema.Conditions.Node.KERNEL_SUPPORTED;
import static io.dropprobe.api.schema.Conditions.Node.LOAD_FAILED;
import static io.dropprobe.api.schema.Conditions.Node.MODULES_DISABLED;
import static io.dropprobe.api.schema.Conditions.Node.MODULES_NOT_CONFIGURED;
import static io.dropprobe.api.schema.Conditions.Node.MODULE_BUILT;
import static io.dropprobe.api.schema.Conditions.Node.MODULE_LOADED;
import static io.dropprobe.api.schema.Conditions.Node.MODULE_REFUSED;
import static io.dropprobe.api.schema.Conditions.Node.SIGNATURE_ENFORCED;
import static io.dropprobe.api.schema.Conditions.Node.TOOLCHAIN_MISSING;
import static io.dropprobe.api.schema.Conditions.Node.TRACEPOINT_MISSING;

import io.dropprobe.agent.kernel.Errno;
import io.dropprobe.agent.kernel.KernelException;
import io.dropprobe.agent.kernel.KernelFacts;
import io.dropprobe.agent.kernel.Preflight;
import java.util.Optional;
import java.util.Set;

/** What a state of the kernel, an answer of the builder or an errno means here, in words. */
final class Problems {
  private static final Set<String> ARCHITECTURES = Set.of("x86_64", "aarch64");

  private static final String WHERE =
      " (capabilities of the container node-agent in the DaemonSet)";

  private Problems() {}

  /** What keeps this kernel from taking the module, before anything is tried. */
  static Optional<NodeProblem> before(KernelFacts kernel, Preflight p) {
    if (!ARCHITECTURES.contains(kernel.architecture())) {
      return kernel(
          ARCHITECTURE_NOT_SUPPORTED,
          "architecture " + kernel.architecture() + "; x86_64 and aarch64 are supported");
    }
    if (!p.modulesConfigured()) {
      return kernel(
          MODULES_NOT_CONFIGURED, "the kernel was built without loadable modules (CONFIG_MODULES)");
    }
    if (p.modulesDisabled()) {
      return kernel(
          MODULES_DISABLED,
          "sysctl kernel.modules_disabled is 1; it can only be undone by a reboot without it");
    }
    if (p.lockedDown()) {
      return kernel(
          KERNEL_LOCKDOWN,
          "kernel lockdown is '" + p.lockdown() + "' (Secure Boot?): it takes signed modules only");
    }
    if (Boolean.TRUE.equals(p.signaturesEnforced())) {
      return kernel(
          SIGNATURE_ENFORCED,
          "the kernel enforces module signatures (module.sig_enforce): it takes signed modules only");
    }
    return Optional.empty();
  }

  private static Optional<NodeProblem> kernel(String reason, String message) {
    return Optional.of(new NodeProblem(KERNEL_SUPPORTED, reason, message, true));
  }

  /** What an answer without a module means. */
  static NodeProblem of(BuildAnswer answer) {
    String message = answer.message();
    return switch (answer.result()) {
      case HEADERS_NOT_FOUND -> new NodeProblem(HEADERS_FOUND, HEADERS_NOT_FOUND, message, true);
      case TOOLCHAIN -> new NodeProblem(HEADERS_FOUND, TOOLCHAIN_MISSING, message, true);
      case DEADLINE -> new NodeProblem(MODULE_BUILT, BUILD_TIMED_OUT, message, false);
      default -> buildFailed(message, answer.log());
    };
  }

  /** First the error, then as much of the log's end as fits. */
  static NodeProblem buildFailed(String message, String log) {
    String tail = log.strip();
    int room = Math.max(0, 900 - message.length());
    if (tail.length() > room) {
      tail = "…" + tail.substring(tail.length() - room);
    }
    String text = tail.isEmpty() ? message : message + "\nend of the build log:\n" + tail;
    return new NodeProblem(MODULE_BUILT, BUILD_FAILED, text, false);
  }

  /** The builder has made a file that is not loaded; see {@link ModuleCheck}. */
  static NodeProblem refused(String complaint, String release) {
    return new NodeProblem(
        MODULE_BUILT,
        MODULE_REFUSED,
        "the file dropprobe.ko that the container kmod-builder made for "
            + release
            + " is not loaded: "
            + complaint
            + "; is builderImage in the ConfigMap dropprobe the right image, and do the installed"
            + " headers belong to the running kernel?",
        false);
  }

  /** The builder's container is there, but no answer came in time. */
  static NodeProblem noAnswer() {
    return new NodeProblem(
        MODULE_BUILT,
        BUILD_TIMED_OUT,
        "the container kmod-builder has not answered in time; see its log",
        false);
  }

  /**
   * What it means that finit_module was refused, told apart by state where one errno has many
   * causes.
   */
  static NodeProblem load(KernelException e, Preflight p) {
    return switch (e.errno()) {
      case EPERM, EACCES -> notPermitted(e, p);
      case EKEYREJECTED, ENOKEY, EBADMSG ->
          new NodeProblem(
              KERNEL_SUPPORTED,
              SIGNATURE_ENFORCED,
              e.getMessage() + ": the kernel takes modules with a signature that it trusts only",
              true);
      case ENOEXEC ->
          loadFailed(
              e,
              "the module does not fit the running kernel, also after it was built again; do the installed headers belong to it? see dmesg");
      case EINVAL ->
          loadFailed(
              e,
              "the kernel disagrees about the module's symbols, also after it was built again; do the installed headers belong to it? see dmesg");
      case ENOENT ->
          new NodeProblem(
              KERNEL_SUPPORTED,
              TRACEPOINT_MISSING,
              e.getMessage()
                  + ": a symbol or tracepoint that the module needs is missing; see dmesg",
              true);
      case EEXIST ->
          loadFailed(
              e,
              "another module has /proc/mooc (the teaching module that this one descends from?); unload it");
      case ENOMEM -> loadFailed(e, "no memory for the module");
      default -> loadFailed(e, "see dmesg on the node");
    };
  }

  private static NodeProblem notPermitted(KernelException e, Preflight p) {
    if (!p.mayLoad()) {
      return loadFailed(e, "the agent lacks CAP_SYS_MODULE" + WHERE);
    }
    if (p.modulesDisabled() || p.lockedDown()) {
      return before(new KernelFacts("", "", "x86_64", ""), p).orElseThrow();
    }
    if (p.blacklisted()) {
      return loadFailed(
          e, "the kernel's command line has it on module_blacklist; boot without that");
    }
    return loadFailed(
        e,
        "capability, modules_disabled and blacklist are as they should be, so a seccomp profile, SELinux or lockdown"
            + (p.lockdown() == null ? " (its state could not be read)" : "")
            + " is in the way; see the audit log of the node");
  }

  private static NodeProblem loadFailed(KernelException e, String meaning) {
    return new NodeProblem(MODULE_LOADED, LOAD_FAILED, e.getMessage() + ": " + meaning, false);
  }

  /** Whether a load error says that the file itself is wrong, so that building again may help. */
  static boolean wrongFile(Errno errno) {
    return errno == Errno.ENOEXEC || errno == Errno.EINVAL;
  }
}
