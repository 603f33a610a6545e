// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** Packets that were freed without loss. */
@ApiObject
public class Noise {
  @JsonPropertyDescription("Packets freed without loss (class Noise), summed over all nodes.")
  public @Nullable Long packets;
}
