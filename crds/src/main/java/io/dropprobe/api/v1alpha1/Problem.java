// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.dropprobe.api.schema.Limits;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** A reason why nodes do not count, or why a part of the spec or of the settings has no effect. */
@ApiObject
public class Problem {
  @Size(max = Limits.LABEL)
  @JsonPropertyDescription("The reason, one CamelCase word.")
  public @Nullable String reason;

  @JsonPropertyDescription("Number of nodes with this problem.")
  public @Nullable Integer nodes;

  @Size(max = Limits.NAME)
  @JsonPropertyDescription("Name of one of these nodes.")
  public @Nullable String example;

  @Size(max = Limits.MESSAGE)
  @JsonPropertyDescription("What happened on the example node, and the next step.")
  public @Nullable String message;
}
