// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import static io.dropprobe.api.schema.Conditions.Node.ARCHITECTURE_NOT_SUPPORTED;
import static io.dropprobe.api.schema.Conditions.Node.BUILD_FAILED;
import static io.dropprobe.api.schema.Conditions.Node.BUILD_TIMED_OUT;
import static io.dropprobe.api.schema.Conditions.Node.HEADERS_FOUND;
import static io.dropprobe.api.schema.Conditions.Node.KERNEL_LOCKDOWN;
import static io.dropprobe.api.schema.Conditions.Node.KERNEL_SUPPORTED;
import static io.dropprobe.api.schema.Conditions.Node.LOAD_FAILED;
import static io.dropprobe.api.schema.Conditions.Node.MODULES_DISABLED;
import static io.dropprobe.api.schema.Conditions.Node.MODULES_NOT_CONFIGURED;
import static io.dropprobe.api.schema.Conditions.Node.MODULE_BUILT;
import static io.dropprobe.api.schema.Conditions.Node.MODULE_LOADED;
import static io.dropprobe.api.schema.Conditions.Node.MODULE_REFUSED;
import static io.dropprobe.api.schema.Conditions.Node.NO_SPACE;
import static io.dropprobe.api.schema.Conditions.Node.SIGNATURE_ENFORCED;
import static io.dropprobe.api.schema.Conditions.Node.TOOLCHAIN_MISSING;
import static io.dropprobe.api.schema.Conditions.Node.TRACEPOINT_MISSING;

import io.dropprobe.agent.kernel.Errno;
import io.dropprobe.agent.kernel.KernelException;
import io.dropprobe.agent.kernel.KernelFacts;
import io.dropprobe.agent.kernel.Preflight;
import io.dropprobe.api.schema.Conditions;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Explains a state of the kernel, an answer of the builder, or an errno. */
final class Problems {
  private static final Set<String> ARCHITECTURES = Set.of("x86_64", "aarch64");

  private static final String WHERE =
      "; add it to the capabilities of the container node-agent in the DaemonSet";

  private Problems() {}

  /** Why this kernel would not accept the module; empty if nothing is known against it. */
  static Optional<NodeProblem> before(KernelFacts kernel, Preflight p) {
    if (!ARCHITECTURES.contains(kernel.architecture())) {
      return kernel(
          ARCHITECTURE_NOT_SUPPORTED,
          "this node's architecture is "
              + kernel.architecture()
              + "; DropProbe supports x86_64 and aarch64");
    }
    if (!p.modulesConfigured()) {
      return kernel(
          MODULES_NOT_CONFIGURED,
          "this kernel was built without loadable modules (CONFIG_MODULES); select other nodes");
    }
    if (p.modulesDisabled()) {
      return kernel(
          MODULES_DISABLED,
          "the sysctl kernel.modules_disabled is 1, so this kernel loads no module until it is booted"
              + " without that");
    }
    if (p.lockedDown()) {
      return kernel(
          KERNEL_LOCKDOWN,
          "kernel lockdown is '"
              + p.lockdown()
              + "' (often by Secure Boot), so this kernel loads only signed modules, and DropProbe's is"
              + " not signed; disable lockdown or select other nodes");
    }
    if (Boolean.TRUE.equals(p.signaturesEnforced())) {
      return kernel(
          SIGNATURE_ENFORCED,
          "this kernel enforces module signatures (module.sig_enforce), and DropProbe's module is not"
              + " signed; boot without module.sig_enforce or select other nodes");
    }
    return Optional.empty();
  }

  private static Optional<NodeProblem> kernel(String reason, String message) {
    return Optional.of(new NodeProblem(KERNEL_SUPPORTED, reason, message, true));
  }

  /** The problem that an answer without a module reports. */
  static NodeProblem of(BuildAnswer answer) {
    String message = answer.message();
    return switch (answer.result()) {
      case HEADERS_NOT_FOUND ->
          new NodeProblem(
              HEADERS_FOUND,
              Conditions.Node.HEADERS_NOT_FOUND,
              message + "; the agent looks again by itself, about once a minute",
              true);
      case TOOLCHAIN -> new NodeProblem(HEADERS_FOUND, TOOLCHAIN_MISSING, message, true);
      case DEADLINE -> new NodeProblem(MODULE_BUILT, BUILD_TIMED_OUT, message, false);
      default ->
          isFull(message) || isFull(answer.log())
              ? noSpaceToBuild()
              : buildFailed(message, answer.log());
    };
  }

  /** Whether an error or a log is about a full disk or a quota. */
  static boolean isFull(@Nullable String text) {
    return text != null
        && (text.contains("No space left on device") || text.contains("Disk quota exceeded"));
  }

  /** The built module can't be stored. */
  static NodeProblem noSpace() {
    return new NodeProblem(
        MODULE_BUILT,
        NO_SPACE,
        "the node has no space for the built module; make space in /var/lib/dropprobe, and the agent"
            + " stores it within seconds",
        false);
  }

  /** A build, or the request for it, does not fit on the disk. */
  static NodeProblem noSpaceToBuild() {
    return new NodeProblem(
        MODULE_BUILT,
        NO_SPACE,
        "the node has no space for the files of a build; make space where the kubelet keeps its"
            + " pods' volumes (/var/lib/kubelet), and the agent builds again by itself, after ten"
            + " minutes at the latest",
        false);
  }

  /** The error, then as much of the end of the log as fits. */
  static NodeProblem buildFailed(String message, String log) {
    String tail = log.strip();
    int room = Math.max(0, 900 - message.length());
    if (tail.length() > room) {
      tail = "…" + tail.substring(tail.length() - room);
    }
    String text = tail.isEmpty() ? message : message + "\nend of the build log:\n" + tail;
    return new NodeProblem(MODULE_BUILT, BUILD_FAILED, text, false);
  }

  /** The builder made a file that {@link ModuleCheck} rejects. */
  static NodeProblem refused(String complaint, String release) {
    return new NodeProblem(
        MODULE_BUILT,
        MODULE_REFUSED,
        "the agent does not load the file dropprobe.ko that the container kmod-builder made for "
            + release
            + ": "
            + complaint
            + "; check that builderImage in the ConfigMap dropprobe is the right image, and that the"
            + " installed headers belong to the running kernel",
        false);
  }

  /** The builder runs, but did not answer in time. */
  static NodeProblem noAnswer() {
    return new NodeProblem(
        MODULE_BUILT,
        BUILD_TIMED_OUT,
        "the container kmod-builder did not answer in time; see its log",
        false);
  }

  /**
   * Explains why finit_module was refused. Where an errno has many causes, the state of the node
   * distinguishes them.
   */
  static NodeProblem load(KernelException e, Preflight p) {
    return switch (e.errno()) {
      case EPERM, EACCES -> notPermitted(e, p);
      case EKEYREJECTED, ENOKEY, EBADMSG ->
          new NodeProblem(
              KERNEL_SUPPORTED,
              SIGNATURE_ENFORCED,
              e.getMessage()
                  + ": this kernel loads only modules with a trusted signature, and DropProbe's is not"
                  + " signed; see dmesg, or select other nodes",
              true);
      case ENOEXEC ->
          loadFailed(
              e,
              "the module does not fit the running kernel, even after a rebuild; check that the"
                  + " installed headers belong to this kernel, and see dmesg");
      case EINVAL ->
          loadFailed(
              e,
              "the kernel rejects the versions of the module's symbols, even after a rebuild; check"
                  + " that the installed headers belong to this kernel, and see dmesg");
      case ENOENT ->
          new NodeProblem(
              KERNEL_SUPPORTED,
              TRACEPOINT_MISSING,
              e.getMessage()
                  + ": this kernel lacks a symbol or tracepoint that the module needs; dmesg names it",
              true);
      case EEXIST -> loadFailed(e, "another module already has /proc/mooc; unload it");
      case ENOMEM ->
          loadFailed(e, "the kernel has no memory for the module; free memory on the node");
      default -> loadFailed(e, "dmesg on the node may say why");
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
          e, "the kernel's command line lists it in module_blacklist; boot without that");
    }
    return loadFailed(
        e,
        "capabilities, modules_disabled and module_blacklist allow it, so a seccomp profile, SELinux or"
            + " lockdown"
            + (p.lockdown() == null ? " (whose state the agent cannot read)" : "")
            + " prevents it; see the node's audit log");
  }

  private static NodeProblem loadFailed(KernelException e, String meaning) {
    return new NodeProblem(MODULE_LOADED, LOAD_FAILED, e.getMessage() + ": " + meaning, false);
  }

  /** Whether a load error blames the file, so that a rebuild may help. */
  static boolean wrongFile(Errno errno) {
    return errno == Errno.ENOEXEC || errno == Errno.EINVAL;
  }
}
