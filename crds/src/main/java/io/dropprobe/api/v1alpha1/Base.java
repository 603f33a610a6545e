package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** The sum of earlier epochs of one series on one node. */
@ApiObject
public class Base {
  @JsonPropertyDescription("dropped packets, without noise")
  public Long packets;

  @JsonPropertyDescription("packets on the wire")
  public Long segments;

  @JsonPropertyDescription("bytes of these packets")
  public Long bytes;

  @JsonPropertyDescription("packets of class Noise")
  public Long noise;

  @JsonPropertyDescription("packets counted without detail")
  public Long unkeyed;
}
