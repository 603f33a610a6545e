// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** Packets that were freed without loss. */
@ApiObject
public class Noise {
  @JsonPropertyDescription("Packets freed without loss (class Noise), summed over all nodes.")
  public Long packets;
}
