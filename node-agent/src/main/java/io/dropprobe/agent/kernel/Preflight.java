package io.dropprobe.agent.kernel;

/**
 * What decides whether this kernel takes a module from this process, read before trying: EPERM
 * alone has at least five causes.
 *
 * @param modulesConfigured whether the kernel has loadable modules at all (/proc/modules is there)
 * @param modulesDisabled /proc/sys/kernel/modules_disabled; can't be undone before a reboot
 * @param lockdown "none", "integrity" or "confidentiality"; null when it could not be read
 * @param signaturesEnforced /sys/module/module/parameters/sig_enforce; null when there is no such
 *     file (a kernel without signature checks)
 * @param mayLoad whether CAP_SYS_MODULE is among the effective capabilities
 * @param blacklisted whether the kernel's command line has the module on module_blacklist
 */
public record Preflight(
    boolean modulesConfigured,
    boolean modulesDisabled,
    String lockdown,
    Boolean signaturesEnforced,
    boolean mayLoad,
    boolean blacklisted) {

  /** Nothing stands in the way. */
  public static final Preflight CLEAR = new Preflight(true, false, "none", false, true, false);

  /** Whether lockdown is known to be on. */
  public boolean lockedDown() {
    return lockdown != null && !lockdown.equals("none");
  }
}
