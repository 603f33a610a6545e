package io.dropprobe.api.v1alpha1;

import io.fabric8.generator.annotation.Size;

/** Packets seen at one stage, on all nodes. */
@ApiObject
public class StageTotal {
  @Size(max = 64)
  public String stage;

  public Long packets;
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
