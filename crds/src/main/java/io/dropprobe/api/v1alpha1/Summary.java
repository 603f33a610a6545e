// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.dropprobe.api.schema.Limits;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** What kubectl get prints of the lists. */
@ApiObject
public class Summary {
  @Size(max = 2 * Limits.LOCATION + 1)
  @JsonPropertyDescription("The first of topCauses that has a name.")
  public @Nullable String topCause;

  /** For Jackson. */
  public Summary() {}

  /** Of a status with causes. */
  public Summary(String topCause) {
    this.topCause = topCause;
  }
}
