package io.dropprobe.api.v1alpha1;

/** What a drop reason means to the owner of the packets. */
public enum ReasonClass {
  Refused,
  Policy,
  Congestion,
  Corrupt,
  Routing,
  Protocol,
  Resource,
  Unspecified,
  /** Frees that are no loss: counted beside, not in, the headline. */
  Noise
}
