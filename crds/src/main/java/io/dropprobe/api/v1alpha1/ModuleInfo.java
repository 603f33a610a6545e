// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.dropprobe.api.schema.Limits;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** The kernel module on the node. */
@ApiObject
public class ModuleInfo {
  @JsonPropertyDescription(
      "Absent (not needed), Building, Loaded, Unsupported (this node can't run it) or Failed. For the"
          + " last two see the first condition with status False.")
  public @Nullable ModuleState state;

  @Size(max = 64)
  @JsonPropertyDescription("Version of the loaded module; absent if it is not loaded.")
  public @Nullable String version;

  @Size(max = 64)
  @JsonPropertyDescription("Source checksum of the loaded module; absent if it is not loaded.")
  public @Nullable String srcversion;

  @Size(max = 256)
  @JsonPropertyDescription("Kernel headers that the module was built with.")
  public @Nullable String headers;

  @Size(max = 128)
  @JsonPropertyDescription("Compiler that the module was built with.")
  public @Nullable String compiler;

  @JsonPropertyDescription("Seconds that the build took; absent if the module came from the cache.")
  public @Nullable Long buildSeconds;

  @Size(max = Limits.NAME)
  @JsonPropertyDescription("Node that owns the probes in this kernel, if it is another node.")
  public @Nullable String sharedWith;

  @JsonPropertyDescription(
      "Whether the module that is wanted is proven; absent before it is built.")
  public @Nullable Trial trial;
}
