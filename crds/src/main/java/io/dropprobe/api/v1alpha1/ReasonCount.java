package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;

/** Packets by kernel drop reason. */
@ApiObject
public class ReasonCount {
  @Size(max = 128)
  @JsonPropertyDescription("as the kernel names it, without SKB_DROP_REASON_")
  public String reason;

  @JsonPropertyDescription("dropped for this reason")
  public Long packets;

  @Size(max = 32)
  @JsonPropertyDescription("over the last interval")
  public String perSecond;

  @JsonProperty("class")
  @JsonPropertyDescription("what it means to the owner of the packets; Noise is no loss")
  public ReasonClass reasonClass;

  /** For Jackson. */
  public ReasonCount() {}

  /**
   * @param perSecond null when unknown
   * @param reasonClass null when unknown
   */
  public ReasonCount(String reason, Long packets, String perSecond, ReasonClass reasonClass) {
    this.reason = reason;
    this.packets = packets;
    this.perSecond = perSecond;
    this.reasonClass = reasonClass;
  }
}
