// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonCreator;
import io.dropprobe.api.schema.Enums;
import org.jspecify.annotations.Nullable;

/** State of the kernel module on a node. */
public enum ModuleState {
  /** Not in the kernel, and not needed: nothing is left on the node. */
  Absent,
  /** Needed, and being built or loaded. */
  Building,
  /** In the kernel. */
  Loaded,
  /** Needed, but this node can't run it: see the first condition with status False. */
  Unsupported,
  /** Needed, but building or loading failed: see the first condition with status False. */
  Failed;

  /** The constant of that name; null for a name of another version. */
  @JsonCreator
  static @Nullable ModuleState of(@Nullable String name) {
    return Enums.find(ModuleState.class, name);
  }
}
