package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** Frees that are no loss. */
@ApiObject
public class Noise {
  @JsonPropertyDescription("freed so, on all nodes")
  public Long packets;
}
