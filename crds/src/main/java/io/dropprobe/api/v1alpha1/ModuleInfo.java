package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;

/** The kernel module on the node. */
@ApiObject
public class ModuleInfo {
  @JsonPropertyDescription(
      "Absent (not wanted), Building, Loaded, Unsupported (this node can not run it) or Failed;"
          + " with the last two see the first False condition")
  public ModuleState state;

  @Size(max = 64)
  @JsonPropertyDescription("absent when it is not loaded")
  public String version;

  @Size(max = 64)
  @JsonPropertyDescription("absent when it is not loaded")
  public String srcversion;

  @Size(max = 256)
  @JsonPropertyDescription("kernel headers that it was built with")
  public String headers;

  @Size(max = 128)
  @JsonPropertyDescription("compiler that it was built with")
  public String compiler;

  @JsonPropertyDescription("how long the build took; absent when it came from the cache")
  public Integer buildSeconds;

  @Size(max = 253)
  @JsonPropertyDescription("node that owns the probes of this kernel, where it is not this one")
  public String sharedWith;
}
