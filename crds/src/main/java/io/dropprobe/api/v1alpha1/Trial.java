// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** Whether a module has been proven not to harm the node, with the kernel of this report. */
@ApiObject
public class Trial {
  @JsonPropertyDescription(
      "Waiting (built, waits until a canary has proven it), Running (loaded, not proven here yet),"
          + " Survived, Crashed (the node went down meanwhile; tried once more) or Suspected (went"
          + " down twice; not loaded again).")
  public @Nullable TrialPhase phase;

  @Size(max = 64)
  @JsonPropertyDescription("Source checksum of the module that is wanted.")
  public @Nullable String srcversion;

  @Size(max = 64)
  @JsonPropertyDescription("Digest of the source and the compiler of the builder.")
  public @Nullable String builder;

  @Size(max = 64)
  @JsonPropertyDescription("The module's hooks that are wanted: load for none, drops, stages.")
  public @Nullable String hooks;
}
