package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;

/** The answer: sums over all nodes, of bounded size. Written by the operator only. */
@ApiObject
public class DropProbeStatus {
  @JsonPropertyDescription("the generation of the spec that this status answers")
  public Long observedGeneration;

  @Size(max = 8)
  @JsonPropertyDescription("Ready, Degraded and Expired, with reason and next step")
  public List<Condition> conditions;

  @JsonPropertyDescription("how the selected nodes fare; all but ready sum to selected")
  public NodeCounts nodes;

  @Size(max = 8)
  @JsonPropertyDescription(
      "what keeps nodes from counting, and what has no effect; most nodes first")
  public List<Problem> problems;

  @JsonPropertyDescription("the headline: packets dropped on all nodes, without noise")
  public Drops drops;

  @JsonPropertyDescription("frees that are no loss (class Noise), kept out of drops")
  public Noise noise;

  @JsonPropertyDescription("packets counted, but without detail: the table was full")
  public Long unkeyed;

  @JsonPropertyDescription("share, contained in drops, of nodes that are gone")
  public Retired retired;

  @Size(max = 21)
  @JsonPropertyDescription("kernel drop reasons with most packets, then other")
  public List<ReasonCount> topReasons;

  @Size(max = 21)
  @JsonPropertyDescription("nodes with most dropped packets, then other")
  public List<NodeCount> topNodes;

  @Size(max = 21)
  @JsonPropertyDescription("workloads with most dropped packets, then other")
  public List<WorkloadCount> topWorkloads;

  @Size(max = 21)
  @JsonPropertyDescription("kernel functions with most dropped packets, then other")
  public List<LocationCount> topLocations;

  @Size(max = 32)
  @JsonPropertyDescription("with stages Enabled: packets at each stage of the path")
  public List<StageTotal> stages;

  @Size(max = 16)
  @JsonPropertyDescription("the report interval in force")
  public String reportInterval;

  @Size(max = 32)
  @JsonPropertyDescription(
      "names what is being counted (a hash of match and resetAt); another series starts at zero")
  public String series;

  @JsonPropertyDescription("when active became true, or the series began; duration runs from here")
  public String activeSince;

  @JsonPropertyDescription("when the probe stops by itself")
  public String expiresAt;
}
