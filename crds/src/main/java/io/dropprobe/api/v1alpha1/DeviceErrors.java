// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.dropprobe.api.schema.Limits;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** Packets of a counter of a network card, or of XDP, beside all other counts. */
@ApiObject
public class DeviceErrors {
  @Size(max = Limits.LABEL)
  @JsonPropertyDescription("Name of the interface; absent for XDP, which is of all interfaces.")
  public @Nullable String device;

  @Size(max = Limits.LABEL)
  @JsonPropertyDescription("Name of the counter in struct rtnl_link_stats64, or of the tracepoint.")
  public @Nullable String counter;

  @JsonPropertyDescription("By how much it has grown in this epoch.")
  public @Nullable Long packets;

  /** For Jackson. */
  public DeviceErrors() {}

  /**
   * @param device null means all of them
   */
  public DeviceErrors(@Nullable String device, String counter, long packets) {
    this.device = device;
    this.counter = counter;
    this.packets = packets;
  }
}
