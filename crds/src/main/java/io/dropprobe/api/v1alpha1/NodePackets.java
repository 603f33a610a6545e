// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.dropprobe.api.schema.Limits;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** Lost and refused packets of one node. */
@ApiObject
public class NodePackets {
  @Size(max = Limits.NAME)
  @JsonPropertyDescription("Name of the node.")
  public @Nullable String node;

  @JsonPropertyDescription("Packets lost on this node.")
  public @Nullable Long lost;

  @JsonPropertyDescription("Packets refused on this node.")
  public @Nullable Long refused;

  @Size(max = Limits.NUMBER)
  @JsonPropertyDescription("Lost packets per second over the last interval.")
  public @Nullable String lostPerSecond;

  @Size(max = Limits.NUMBER)
  @JsonPropertyDescription(
      "Lost packets as a share of these and of traffic, in percent; absent where traffic is.")
  public @Nullable String lostShare;

  /** For Jackson. */
  public NodePackets() {}

  /**
   * @param lostPerSecond null means unknown
   * @param lostShare null means unknown
   */
  public NodePackets(
      String node,
      Long lost,
      Long refused,
      @Nullable String lostPerSecond,
      @Nullable String lostShare) {
    this.node = node;
    this.lost = lost;
    this.refused = refused;
    this.lostPerSecond = lostPerSecond;
    this.lostShare = lostShare;
  }
}
