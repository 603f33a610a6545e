// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.dropprobe.api.schema.Limits;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** Packets by node. */
@ApiObject
public class NodeDrops {
  @Size(max = Limits.NAME)
  @JsonPropertyDescription("Name of the node.")
  public @Nullable String node;

  @JsonPropertyDescription("Packets dropped on this node.")
  public @Nullable Long packets;

  @Size(max = Limits.NUMBER)
  @JsonPropertyDescription("Packets per second over the last interval.")
  public @Nullable String perSecond;

  /** For Jackson. */
  public NodeDrops() {}

  /**
   * @param perSecond null means unknown
   */
  public NodeDrops(String node, Long packets, @Nullable String perSecond) {
    this.node = node;
    this.packets = packets;
    this.perSecond = perSecond;
  }
}
