package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.dropprobe.api.schema.Limits;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;

/** A node's report. Written by that node's agent only. */
@ApiObject
public class DropProbeNodeStatus {
  @Size(max = 64)
  @JsonPropertyDescription(
      "uid of the Node object that this is a report of: a Node that comes back under the same name"
          + " counts from zero, and takes no base over from a report with another nodeUID")
  public String nodeUID;

  @JsonPropertyDescription("the running kernel")
  public KernelInfo kernel;

  @JsonPropertyDescription("the kernel module on this node")
  public ModuleInfo module;

  @Size(max = 16)
  @JsonPropertyDescription(
      "in the order in which they can fail; the first False one carries reason, message and next"
          + " step")
  public List<Condition> conditions;

  @JsonPropertyDescription("probes that count in this kernel for this node")
  public Integer activeProbes;

  @JsonPropertyDescription("when this report was made, by the node's clock")
  public String reportedAt;

  @Size(max = 64)
  @JsonPropertyDescription(
      "the probes that this node has in its kernel, or should have; a probe that is not listed is"
          + " gone from the kernel")
  public List<ProbeReport> probes;

  @Size(max = Limits.PREDECESSORS)
  @JsonPropertyDescription(
      "earlier Nodes of this name whose counts not every DropProbe has taken over yet; the agent"
          + " keeps an entry until each has")
  public List<Predecessor> predecessors;
}
