// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.dropprobe.api.schema.Limits;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** Packets by the kernel function that freed them. */
@ApiObject
public class LocationCount {
  @Size(max = Limits.LOCATION)
  @JsonPropertyDescription("Name of the function, without offset.")
  public @Nullable String location;

  @JsonPropertyDescription("Lost, refused and unclear packets that this function freed.")
  public @Nullable Long packets;

  /** For Jackson. */
  public LocationCount() {}

  /** Packets of one location. */
  public LocationCount(String location, Long packets) {
    this.location = location;
    this.packets = packets;
  }
}
