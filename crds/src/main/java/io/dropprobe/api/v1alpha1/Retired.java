package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/** The share of nodes that are gone. */
@ApiObject
public class Retired {
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

  @JsonPropertyDescription("how many nodes that counted something are gone")
  public Integer nodes;

  @JsonPropertyDescription("since when the first of them had counted")
  public String since;

  @JsonPropertyDescription("when a packet was dropped last on one of them")
  public String last;

  @Size(max = 64)
  @JsonPropertyDescription(
      "uids of the reports (DropProbeNode/Node) that are folded in here and not deleted yet, so that"
          + " none is folded in twice")
  public List<@Size(max = 128) String> folded;
}
