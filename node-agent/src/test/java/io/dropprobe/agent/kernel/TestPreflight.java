// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

/** Kernels that do not take a module, each for one cause. */
public final class TestPreflight {
  private TestPreflight() {}

  /** Without CONFIG_MODULES. */
  public static Preflight modulesNotConfigured() {
    return new Preflight(false, false, null, null, true, false);
  }

  /** With sysctl kernel.modules_disabled. */
  public static Preflight modulesDisabled() {
    return new Preflight(true, true, null, null, true, false);
  }

  /** With kernel lockdown. */
  public static Preflight lockdown(String state) {
    return new Preflight(true, false, state, null, true, false);
  }

  /** With module.sig_enforce. */
  public static Preflight signaturesEnforced() {
    return new Preflight(true, false, "none", true, true, false);
  }

  /** An agent without CAP_SYS_MODULE. */
  public static Preflight withoutCapability() {
    return new Preflight(true, false, null, null, false, false);
  }

  /** With the module on module_blacklist. */
  public static Preflight blacklisted() {
    return new Preflight(true, false, null, null, true, true);
  }
}
