package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/**
 * One probe on one node. All counts are of the series named in {@link #series} and contain {@link
 * #base}; they never go down within it. Two reports with the same uid, bootID and {@link #epoch}
 * are one kernel seen twice if their Nodes say the same bootID: the larger count holds, and of the
 * other only its base.
 */
@ApiObject
public class ProbeReport {
  @Size(max = 63)
  @JsonPropertyDescription("name of the DropProbe")
  public String name;

  @Size(max = 64)
  @JsonPropertyDescription("of the DropProbe")
  public String uid;

  @JsonPropertyDescription("generation of the DropProbe that this node has acted on")
  public Long observedGeneration;

  @Size(max = 32)
  @JsonPropertyDescription(
      "which series the numbers belong to (a hash of match and resetAt); absent is the present one")
  public String series;

  @JsonPropertyDescription(
      "Active (counting), Inactive (stopped as asked), Expired (stopped by duration), Failed,"
          + " OwnedElsewhere (another node counts for this kernel) or Removed (only its numbers are kept)")
  public ProbeState state;

  @Size(max = 253)
  @JsonPropertyDescription("with OwnedElsewhere: the node that counts")
  public String ownedBy;

  @Size(max = 63)
  @JsonPropertyDescription("with Failed: one CamelCase word")
  public String reason;

  @Size(max = 1024)
  @JsonPropertyDescription(
      "with Failed and OwnedElsewhere: what happened, and the next step; else what of the spec has no"
          + " effect on this node")
  public String message;

  @Size(max = 64)
  @JsonPropertyDescription(
      "of the counting run in this kernel; absent when it is not in the kernel")
  public String epoch;

  @JsonPropertyDescription("earlier epochs on this node, contained in the numbers below")
  public Base base;

  @JsonPropertyDescription("since when this series has been counted on this node")
  public String since;

  @Size(max = 16)
  @JsonPropertyDescription("how long counting was off because the owner's lease had run out")
  public String gap;

  @JsonPropertyDescription("when a packet was dropped last; absent when none was")
  public String last;

  @JsonPropertyDescription("dropped packets, without noise")
  public Long packets;

  @JsonPropertyDescription("packets on the wire, where GRO or GSO merged several into one")
  public Long segments;

  @JsonPropertyDescription("their bytes, from the IP header on")
  public Long bytes;

  @JsonPropertyDescription("packets of class Noise; not contained in packets")
  public Long noise;

  @JsonPropertyDescription("packets counted, but without detail: the table was full")
  public Long unkeyed;

  @Size(max = 32)
  @JsonPropertyDescription("packets a second over the last interval; absent when there is none yet")
  public String perSecond;

  @Size(max = 65)
  @JsonPropertyDescription("all of them (at most 64, then other), without those of class Noise")
  public List<ReasonCount> reasons;

  @Size(max = 51)
  @JsonPropertyDescription("the largest 50, then other")
  public List<LocationCount> locations;

  @Size(max = 51)
  @JsonPropertyDescription("the largest 50, then other")
  public List<WorkloadCount> workloads;

  @Size(max = 32)
  @JsonPropertyDescription(
      "packets at the stages of the path, with stages Enabled; those that can't be counted on this"
          + " kernel too")
  public List<StageCount> stages;
}
