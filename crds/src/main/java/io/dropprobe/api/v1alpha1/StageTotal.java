// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** Packets seen at one stage, on all nodes. */
@ApiObject
public class StageTotal {
  @Size(max = 64)
  @JsonPropertyDescription("Name of the stage, a function of the path.")
  public @Nullable String stage;

  @JsonPropertyDescription("Packets seen at this stage, on all nodes.")
  public @Nullable Long packets;

  @JsonPropertyDescription("Packets as seen on the wire; absent if no node counts them here.")
  public @Nullable Long segments;

  /** For Jackson. */
  public StageTotal() {}

  /**
   * @param segments null means that no node has counted them
   */
  public StageTotal(String stage, Long packets, @Nullable Long segments) {
    this.stage = stage;
    this.packets = packets;
    this.segments = segments;
  }
}
