// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.dropprobe.api.schema.Limits;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** Packets by kernel drop reason. */
@ApiObject
public class ReasonCount {
  @Size(max = Limits.LOCATION)
  @JsonPropertyDescription("Name of the reason as in the kernel, without SKB_DROP_REASON_.")
  public @Nullable String reason;

  @JsonPropertyDescription("Packets dropped for this reason.")
  public @Nullable Long packets;

  @Size(max = Limits.NUMBER)
  @JsonPropertyDescription("Packets per second over the last interval.")
  public @Nullable String perSecond;

  @JsonProperty("class")
  @JsonPropertyDescription("What the reason means to the owner of the packets; Noise is no loss.")
  public @Nullable ReasonClass reasonClass;

  /** For Jackson. */
  public ReasonCount() {}

  /**
   * @param perSecond null means unknown
   * @param reasonClass null means unknown
   */
  public ReasonCount(
      String reason, Long packets, @Nullable String perSecond, @Nullable ReasonClass reasonClass) {
    this.reason = reason;
    this.packets = packets;
    this.perSecond = perSecond;
    this.reasonClass = reasonClass;
  }
}
