package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;

/** The headline. */
@ApiObject
public class Drops {
  @JsonPropertyDescription("dropped packets (skb that the kernel freed as dropped)")
  public Long packets;

  @JsonPropertyDescription("packets on the wire, where GRO or GSO merged several into one")
  public Long segments;

  @JsonPropertyDescription("their bytes, from the IP header on")
  public Long bytes;

  @Size(max = 32)
  @JsonPropertyDescription("over the last interval")
  public String perSecond;

  @JsonPropertyDescription("since when the first node has counted")
  public String since;

  @JsonPropertyDescription("when a packet was dropped last; absent when none was")
  public String last;
}
