package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;

/** Packets by node. */
@ApiObject
public class NodeCount {
  @Size(max = 253)
  @JsonPropertyDescription("name of the node")
  public String node;

  @JsonPropertyDescription("dropped on it")
  public Long packets;

  @Size(max = 32)
  @JsonPropertyDescription("over the last interval")
  public String perSecond;

  /** For Jackson. */
  public NodeCount() {}

  /**
   * @param perSecond null when unknown
   */
  public NodeCount(String node, Long packets, String perSecond) {
    this.node = node;
    this.packets = packets;
    this.perSecond = perSecond;
  }
}
