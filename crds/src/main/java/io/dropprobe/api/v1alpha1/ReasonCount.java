// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.dropprobe.api.schema.Limits;
import io.fabric8.generator.annotation.Size;

/** Packets by kernel drop reason. */
@ApiObject
public class ReasonCount {
  @Size(max = Limits.LOCATION)
  @JsonPropertyDescription("Name of the reason as in the kernel, without SKB_DROP_REASON_.")
  public String reason;

  @JsonPropertyDescription("Packets dropped for this reason.")
  public Long packets;

  @Size(max = Limits.NUMBER)
  @JsonPropertyDescription("Packets per second over the last interval.")
  public String perSecond;

  @JsonProperty("class")
  @JsonPropertyDescription("What the reason means to the owner of the packets; Noise is no loss.")
  public ReasonClass reasonClass;

  /** For Jackson. */
  public ReasonCount() {}

  /**
   * @param perSecond null if unknown
   * @param reasonClass null if unknown
   */
  public ReasonCount(String reason, Long packets, String perSecond, ReasonClass reasonClass) {
    this.reason = reason;
    this.packets = packets;
    this.perSecond = perSecond;
    this.reasonClass = reasonClass;
  }
}
