package io.dropprobe.agent.module;

import io.dropprobe.agent.kernel.ObservedModule;

/** The decision table: what is seen, against what is wanted. */
final class ModuleTable {
  /** Version of the proc files that this agent speaks; the module's is in {@code abi.h}. */
  static final int ABI = 1;

  private ModuleTable() {}

  /**
   * @param wanted whether any probe needs the module
   * @param target srcversion of the module that should be there; null while it is not known (being
   *     built, or can't be built)
   * @param users who else has a say
   */
  static ModuleAction decide(
      ObservedModule observed, boolean wanted, String target, ModuleUsers users) {
    if (observed instanceof ObservedModule.Transient t) {
      return new ModuleAction.Wait("the kernel says '" + t.initstate() + "'");
    }
    if (observed instanceof ObservedModule.Live live) {
      return wanted ? wantedLive(live, target, users) : free(users, new ModuleAction.Unload());
    }
    if (!wanted) {
      return new ModuleAction.Keep();
    }
    if (observed instanceof ObservedModule.BuiltIn) {
      return new ModuleAction.Refuse("a module of this name is compiled into the kernel");
    }
    return target == null
        ? new ModuleAction.Wait("no module for this kernel yet")
        : new ModuleAction.Load();
  }

  private static ModuleAction wantedLive(
      ObservedModule.Live live, String target, ModuleUsers users) {
    if (target == null || target.equals(live.srcversion())) {
      return usable(live)
          ? new ModuleAction.Keep()
          : new ModuleAction.Wait(
              "the loaded module's files have ABI " + live.abi() + ", this agent speaks " + ABI);
    }
    return free(users, new ModuleAction.Replace());
  }

  private static ModuleAction free(ModuleUsers users, ModuleAction action) {
    return users
        .reason()
        .<ModuleAction>map(r -> new ModuleAction.Held(r, users.owners().isEmpty()))
        .orElse(action);
  }

  /** Whether the probes in a loaded module can be worked with. */
  static boolean usable(ObservedModule.Live live) {
    return live.abi() != null && live.abi() == ABI;
  }
}
