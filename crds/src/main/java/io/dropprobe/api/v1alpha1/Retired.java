// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.dropprobe.api.schema.Limits;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/** The counts of deleted Nodes. */
@ApiObject
public class Retired extends Counters.Fields {
  @JsonPropertyDescription("Number of deleted Nodes that had counted.")
  public Integer nodes;

  @JsonPropertyDescription("When the first of these Nodes started to count.")
  public String since;

  @JsonPropertyDescription("Time of the last drop on one of these Nodes.")
  public String last;

  @Size(max = Limits.FOLDED_ACCEPTED)
  @JsonPropertyDescription(
      "Reports (DropProbeNode UID/Node UID) that are included here and not deleted yet, so that none"
          + " is added twice.")
  public List<@Size(max = 2 * Limits.UID) String> folded;
}
