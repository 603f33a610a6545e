// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonCreator;
import io.dropprobe.api.schema.Enums;
import org.jspecify.annotations.Nullable;

/** How far a node is with a module. */
public enum TrialPhase {
  /** Built, and not loaded before the operator allows it. */
  Waiting,
  /** Loaded, or about to be, and not proven here. */
  Running,
  /** The node has lived with it for as long as the setting {@code soak} asks for. */
  Survived,
  /** The node went down while it was Running; it is tried once more after ten minutes. */
  Crashed,
  /** The node went down twice while it was Running; it is not loaded here again. */
  Suspected;

  /** The constant of that name; null for a name of another version. */
  @JsonCreator
  static @Nullable TrialPhase of(@Nullable String name) {
    return Enums.find(TrialPhase.class, name);
  }
}
