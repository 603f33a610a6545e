// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import org.jspecify.annotations.Nullable;

/**
 * What decides whether this kernel accepts a module from this process. It is read before a module
 * is loaded, because EPERM alone has at least five causes.
 *
 * @param modulesConfigured whether the kernel has loadable modules (/proc/modules exists)
 * @param modulesDisabled /proc/sys/kernel/modules_disabled; only a reboot clears it
 * @param lockdown "none", "integrity" or "confidentiality"; null means that it cannot be read
 * @param signaturesEnforced /sys/module/module/parameters/sig_enforce; null means a kernel without
 *     signature checks
 * @param mayLoad whether the effective capabilities include CAP_SYS_MODULE
 * @param blacklisted whether the kernel's command line lists the module in module_blacklist
 */
public record Preflight(
    boolean modulesConfigured,
    boolean modulesDisabled,
    @Nullable String lockdown,
    @Nullable Boolean signaturesEnforced,
    boolean mayLoad,
    boolean blacklisted) {

  /** A kernel that accepts the module. */
  public static final Preflight CLEAR = new Preflight(true, false, "none", false, true, false);

  /** Whether lockdown is known to be enabled. */
  public boolean lockedDown() {
    return lockdown != null && !lockdown.equals("none");
  }
}
