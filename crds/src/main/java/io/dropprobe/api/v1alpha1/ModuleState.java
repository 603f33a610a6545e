package io.dropprobe.api.v1alpha1;

/** What the node knows of the module. */
public enum ModuleState {
  /** Not in the kernel, and not wanted: nothing is left behind. */
  Absent,
  /** Wanted; being built or loaded. */
  Building,
  /** In the kernel. */
  Loaded,
  /** Wanted, and this node can't have it: see the first False condition. */
  Unsupported,
  /** Wanted, and something went wrong: see the first False condition. */
  Failed
}
