// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.dropprobe.api.schema.Limits;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The counts of an earlier Node of this name, as of when the present Node took over its report. */
@ApiObject
public class Predecessor {
  @Size(max = Limits.UID)
  @JsonPropertyDescription("UID of the earlier Node.")
  public @Nullable String nodeUID;

  @Size(max = Limits.UID)
  @JsonPropertyDescription("bootID of the kernel that the earlier Node last reported.")
  public @Nullable String bootID;

  @Size(max = Limits.NODE_PROBES)
  @JsonPropertyDescription("Counts of the earlier Node by probe, without lists and rates.")
  public @Nullable List<ProbeReport> probes;
}
