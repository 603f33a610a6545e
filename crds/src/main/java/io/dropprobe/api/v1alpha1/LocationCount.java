package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;

/** Packets by the kernel function that dropped them. */
@ApiObject
public class LocationCount {
  @Size(max = 128)
  @JsonPropertyDescription("function name, without offset")
  public String location;

  @JsonPropertyDescription("dropped there")
  public Long packets;

  /** For Jackson. */
  public LocationCount() {}

  /** Both given. */
  public LocationCount(String location, Long packets) {
    this.location = location;
    this.packets = packets;
  }
}
