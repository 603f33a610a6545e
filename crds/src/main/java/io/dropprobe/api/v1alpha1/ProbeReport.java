// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.dropprobe.api.schema.Limits;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One probe on one node. All counts belong to {@link #series} and include {@link #base}; they never
 * decrease within the series. Two reports with the same uid and {@link #epoch} whose Nodes have the
 * same bootID are two samples of one kernel: the larger count is used, and of the other only its
 * base.
 */
@ApiObject
@JsonPropertyOrder({"name", "uid"})
public class ProbeReport extends Counters.Fields {
  @Size(max = Limits.LABEL)
  @JsonPropertyDescription("Name of the DropProbe.")
  public @Nullable String name;

  @Size(max = Limits.UID)
  @JsonPropertyDescription("UID of the DropProbe.")
  public @Nullable String uid;

  @JsonPropertyDescription("Generation of the DropProbe that this node has applied.")
  public @Nullable Long observedGeneration;

  @Size(max = Limits.NUMBER)
  @JsonPropertyDescription(
      "Series that the counts belong to (a hash of match and resetAt). If absent, the current"
          + " series.")
  public @Nullable String series;

  @JsonPropertyDescription(
      "Active (counting), Inactive (stopped by active: false), Expired (stopped by duration), Failed,"
          + " OwnedElsewhere (another node counts for this kernel) or Removed (only the counts are"
          + " kept).")
  public @Nullable ProbeState state;

  @Size(max = Limits.NAME)
  @JsonPropertyDescription("With state OwnedElsewhere: the node that counts.")
  public @Nullable String ownedBy;

  @Size(max = Limits.LABEL)
  @JsonPropertyDescription(
      "With state Failed: the reason, one CamelCase word. With state Active: CpusNotCounted or"
          + " SilentLossesIncomplete, if the module has no memory for some counters.")
  public @Nullable String reason;

  @Size(max = Limits.MESSAGE)
  @JsonPropertyDescription(
      "With state Failed or OwnedElsewhere, or with a reason: what happened, and the next step."
          + " Otherwise, which part of the spec has no effect on this node.")
  public @Nullable String message;

  @Size(max = Limits.UID)
  @JsonPropertyDescription(
      "Identifies the counting run in this kernel; absent if the probe is not in the kernel.")
  public @Nullable String epoch;

  @JsonPropertyDescription("Sum of earlier epochs on this node; the counts below include it.")
  public @Nullable Base base;

  @JsonPropertyDescription("When this node started to count this series.")
  public @Nullable String since;

  @Size(max = Limits.DURATION)
  @JsonPropertyDescription("Total time that counting was suspended after the lease expired.")
  public @Nullable String gap;

  @JsonPropertyDescription("When the last packet was lost; absent if none was.")
  public @Nullable String lastLoss;

  @Size(max = Limits.NUMBER)
  @JsonPropertyDescription(
      "Lost packets per second over the last interval; absent before the first interval has passed.")
  public @Nullable String lostPerSecond;

  @Size(max = Limits.NUMBER)
  @JsonPropertyDescription(
      "Refused packets per second over the last interval; absent before the first interval has"
          + " passed.")
  public @Nullable String refusedPerSecond;

  @Size(max = Limits.NODE_CAUSES + Limits.EFFECTS)
  @JsonPropertyDescription(
      "The 64 causes with the most packets, by direction, then other for each effect; with those of"
          + " effect Noise.")
  public @Nullable List<NodeCause> causes;

  @Size(max = Limits.NODE_LOCATIONS + 1)
  @JsonPropertyDescription(
      "The 50 kernel functions that freed the most packets, without noise, then other.")
  public @Nullable List<LocationCount> locations;

  @Size(max = Limits.NODE_DEVICE_ERRORS)
  @JsonPropertyDescription(
      "What the node's network cards and XDP programs could not receive or send in this epoch, the 16"
          + " counters with the most packets. Beside the other numbers: a packet may be in several"
          + " counters, and in lost. Absent with a match.")
  public @Nullable List<DeviceErrors> deviceErrors;

  @Size(max = Limits.NODE_STAGES)
  @JsonPropertyDescription(
      "With stages Enabled: packets at the stages of the path, including stages that this kernel"
          + " can't count.")
  public @Nullable List<StageCount> stages;
}
