package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;

/** Packets seen at one stage, on all nodes. */
@ApiObject
public class StageTotal {
  @Size(max = 64)
  @JsonPropertyDescription("function of the path")
  public String stage;

  @JsonPropertyDescription("seen there, on all nodes")
  public Long packets;

  @JsonPropertyDescription("packets on the wire; absent when no node counts them there")
  public Long segments;

  /** For Jackson. */
  public StageTotal() {}

  /**
   * @param segments null when no node has counted them
   */
  public StageTotal(String stage, Long packets, Long segments) {
    this.stage = stage;
    this.packets = packets;
    this.segments = segments;
  }
}
