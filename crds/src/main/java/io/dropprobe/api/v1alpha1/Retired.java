// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.dropprobe.api.schema.Limits;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The counts of deleted Nodes. */
@ApiObject
public class Retired extends Counters.Fields {
  @JsonPropertyDescription("Number of deleted Nodes that had counted.")
  public @Nullable Integer nodes;

  @JsonPropertyDescription("When the first of these Nodes started to count.")
  public @Nullable String since;

  @JsonPropertyDescription("When the last packet was lost on one of these Nodes.")
  public @Nullable String lastLoss;

  @Size(max = Limits.FOLDED_ACCEPTED)
  @JsonPropertyDescription(
      "Reports (DropProbeNode UID/Node UID) that are included here and not deleted yet, so that none"
          + " is added twice.")
  public @Nullable List<@Size(max = 2 * Limits.UID) String> folded;
}
