// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.dropprobe.api.schema.Limits;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The result: sums over all nodes, of bounded size. Only the operator writes it. */
@ApiObject
public class DropProbeStatus implements Cloneable {
  @JsonPropertyDescription("Generation of the spec that this status is about.")
  public @Nullable Long observedGeneration;

  @Size(max = 8)
  @JsonPropertyDescription("Ready, Degraded and Expired, with a reason and the next step.")
  public @Nullable List<Condition> conditions;

  @JsonPropertyDescription(
      "True while the setting enabled is false: no node has the probe in its kernel.")
  public @Nullable Boolean suspended;

  @JsonPropertyDescription(
      "The selected nodes by state; all states but ready and waiting add up to selected.")
  public @Nullable NodeSummary nodes;

  @Size(max = Limits.PROBLEMS_ACCEPTED)
  @JsonPropertyDescription(
      "What keeps nodes from counting, and which settings have no effect; most nodes first.")
  public @Nullable List<Problem> problems;

  @JsonPropertyDescription("Freed packets on all nodes, by what it means; absent before a report.")
  public @Nullable Packets packets;

  @JsonPropertyDescription("Counts of deleted Nodes; packets includes them.")
  public @Nullable Retired retired;

  @JsonPropertyDescription("What kubectl get prints of the lists.")
  public @Nullable Summary summary;

  @Size(max = Limits.TOP + Limits.EFFECTS)
  @JsonPropertyDescription(
      "Causes of lost, refused and unclear packets: the lost ones first, then by rate; then other"
          + " for each effect.")
  public @Nullable List<CauseCount> topCauses;

  @Size(max = Limits.TOP + 1)
  @JsonPropertyDescription("Nodes with the most lost packets, then most refused ones, then other.")
  public @Nullable List<NodePackets> topNodes;

  @Size(max = Limits.TOP + 1)
  @JsonPropertyDescription(
      "Kernel functions that freed the most packets, without noise, then other.")
  public @Nullable List<LocationCount> topLocations;

  @Size(max = Limits.NODE_STAGES)
  @JsonPropertyDescription("With stages Enabled: packets at each stage of the path.")
  public @Nullable List<StageTotal> stages;

  @Size(max = Limits.DURATION)
  @JsonPropertyDescription("The report interval in force.")
  public @Nullable String reportInterval;

  @Size(max = Limits.NUMBER)
  @JsonPropertyDescription(
      "Identifies what is counted (a hash of match, resetAt and the version of the model); a new series"
          + " starts at zero.")
  public @Nullable String series;

  @Size(max = Limits.EARLIER_SERIES)
  @JsonPropertyDescription("Series that came before this one, the last one first.")
  public @Nullable List<String> earlierSeries;

  @JsonPropertyDescription(
      "How often match and resetAt came back to what they had been before; absent if never.")
  public @Nullable Integer returns;

  @JsonPropertyDescription(
      "When active became true or the series started; the duration runs from here.")
  public @Nullable String activeSince;

  @JsonPropertyDescription("When counting stops by itself.")
  public @Nullable String expiresAt;

  /** A copy that shares the fields' values with this one. */
  public DropProbeStatus copy() {
    try {
      return (DropProbeStatus) clone();
    } catch (CloneNotSupportedException e) {
      throw new AssertionError("DropProbeStatus is Cloneable", e);
    }
  }
}
