package io.dropprobe.api.v1alpha1;

/** The state of one probe on one node. */
public enum ProbeState {
  /** Counting. */
  Active,
  /** In the kernel with its numbers, not counting: {@code active: false}. */
  Inactive,
  /** As Inactive, because {@code duration} has elapsed. */
  Expired,
  /** Not as wanted; {@code message} says why. */
  Failed,
  /** Another node shares this kernel and counts there; {@code ownedBy} says which. */
  OwnedElsewhere,
  /**
   * No longer in this kernel (the node is not selected any more); the DropProbe still exists, so
   * its numbers are kept here, all of them in {@code base}. Does not hold up its deletion.
   */
  Removed
}
