// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.dropprobe.api.schema.Limits;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A node's report. Only that node's agent writes it. */
@ApiObject
public class DropProbeNodeStatus {
  @Size(max = Limits.UID)
  @JsonPropertyDescription(
      "UID of the Node that this report is about. A new Node with the same name starts at zero: it"
          + " takes over no counts from a report with another nodeUID.")
  public @Nullable String nodeUID;

  @JsonPropertyDescription("The running kernel.")
  public @Nullable KernelInfo kernel;

  @JsonPropertyDescription("The kernel module on this node.")
  public @Nullable ModuleInfo module;

  @Size(max = 16)
  @JsonPropertyDescription(
      "In the order in which they can fail; the first one with status False names the problem and"
          + " the next step. ClockSynchronized and JournalSaved appear only while they are False, and"
          + " do not keep the node from counting.")
  public @Nullable List<Condition> conditions;

  @JsonPropertyDescription("Probes that count in this kernel for this node.")
  public @Nullable Long activeProbes;

  @JsonPropertyDescription("When this report was made, by the API server's clock.")
  public @Nullable String reportedAt;

  @Size(max = Limits.NODE_PROBES)
  @JsonPropertyDescription(
      "Probes that are in the kernel of this node, or should be. A probe that is not listed is not in"
          + " the kernel.")
  public @Nullable List<ProbeReport> probes;

  @Size(max = Limits.PREDECESSORS)
  @JsonPropertyDescription(
      "Earlier Nodes of this name whose counts some DropProbe has not added to status.retired yet;"
          + " the agent keeps an entry until all have.")
  public @Nullable List<Predecessor> predecessors;
}
