// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonCreator;
import io.dropprobe.api.schema.Enums;
import org.jspecify.annotations.Nullable;

/** The state of one probe on one node. */
public enum ProbeState {
  /** Counting. */
  Active,
  /** In the kernel with its counts, not counting because {@code active} is false. */
  Inactive,
  /** In the kernel with its counts, not counting because {@code duration} has elapsed. */
  Expired,
  /** Not in the desired state; {@code message} says why. */
  Failed,
  /** Another node shares this kernel and counts there; {@code ownedBy} names it. */
  OwnedElsewhere,
  /**
   * No longer in this kernel because the node is not selected any more. The DropProbe still exists,
   * so its counts are kept here, all of them in {@code base}. Does not block the deletion of the
   * DropProbe.
   */
  Removed;

  /** The constant of that name; null for a name of another version. */
  @JsonCreator
  static @Nullable ProbeState of(@Nullable String name) {
    return Enums.find(ProbeState.class, name);
  }
}
