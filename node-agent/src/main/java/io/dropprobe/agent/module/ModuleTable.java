// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import io.dropprobe.agent.kernel.ObservedModule;
import org.jspecify.annotations.Nullable;

/** The decision table: what to do with the module, by its observed and desired state. */
final class ModuleTable {
  /**
   * Version of the proc files that this agent knows; the module's is in {@code abi.h}. It works
   * with the version before, too, since a node may go on with the module it has.
   */
  static final int ABI = 1;

  private ModuleTable() {}

  /**
   * Decides.
   *
   * @param desired whether a probe needs the module
   * @param target srcversion of the module that should be loaded; null means none (yet)
   * @param users who else uses the module
   */
  static ModuleAction decide(
      ObservedModule observed, boolean desired, @Nullable String target, ModuleUsers users) {
    if (observed instanceof ObservedModule.Transient t) {
      return new ModuleAction.Wait(
          "waiting: the kernel has the module in state '" + t.initstate() + "'");
    }
    if (observed instanceof ObservedModule.Live live) {
      return desired ? desiredLive(live, target, users) : free(users, new ModuleAction.Unload());
    }
    if (!desired) {
      return new ModuleAction.Keep();
    }
    if (observed instanceof ObservedModule.BuiltIn) {
      return new ModuleAction.Refuse(
          "a module named dropprobe is compiled into this kernel, so DropProbe's cannot be loaded");
    }
    return target == null
        ? new ModuleAction.Wait("waiting for a module for this kernel")
        : new ModuleAction.Load();
  }

  private static ModuleAction desiredLive(
      ObservedModule.Live live, @Nullable String target, ModuleUsers users) {
    if (target == null || target.equals(live.srcversion())) {
      return usable(live)
          ? new ModuleAction.Keep()
          : new ModuleAction.Wait(
              "the loaded module has ABI "
                  + live.abi()
                  + ", but this agent needs "
                  + ABI
                  + " or "
                  + (ABI - 1));
    }
    return free(users, new ModuleAction.Replace());
  }

  private static ModuleAction free(ModuleUsers users, ModuleAction action) {
    return users
        .reason()
        .<ModuleAction>map(r -> new ModuleAction.Held(r, users.owners().isEmpty()))
        .orElse(action);
  }

  /** Whether this agent can work with a loaded module. */
  static boolean usable(ObservedModule.Live live) {
    return live.abi() != null && (live.abi() == ABI || live.abi() == ABI - 1);
  }
}
