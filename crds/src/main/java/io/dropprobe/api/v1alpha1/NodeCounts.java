package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** How the selected nodes fare. Every selected node is in exactly one of the others. */
@ApiObject
public class NodeCounts {
  @JsonPropertyDescription("nodes that nodeSelector and tolerations select")
  public Integer selected;

  @JsonPropertyDescription(
      "in the wanted state: counting, or stopped as asked (active: false, or expired)")
  public Integer ready;

  @JsonPropertyDescription("counting now")
  public Integer active;

  @JsonPropertyDescription("stopped as asked (active: false, or expired)")
  public Integer inactive;

  @JsonPropertyDescription("not reported this probe and generation yet")
  public Integer pending;

  @JsonPropertyDescription("can't run the kernel module, see problems")
  public Integer unsupported;

  @JsonPropertyDescription("something went wrong, see problems")
  public Integer failed;

  @JsonPropertyDescription("shares its kernel with a node that counts for both")
  public Integer sharedKernel;

  @JsonPropertyDescription("stopped reporting")
  public Integer stale;
}
