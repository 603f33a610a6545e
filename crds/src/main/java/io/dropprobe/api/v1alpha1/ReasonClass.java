// SPDX-License-Identifier: Apache-2.0
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
  /** Packets freed without loss: counted apart from the headline. */
  Noise
}
