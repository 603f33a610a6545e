package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;

/** The running kernel. */
@ApiObject
public class KernelInfo {
  @Size(max = 128)
  @JsonPropertyDescription("uname -r")
  public String release;

  @Size(max = 256)
  @JsonPropertyDescription("uname -v")
  public String version;

  @Size(max = 32)
  @JsonPropertyDescription("uname -m")
  public String architecture;

  @Size(max = 64)
  @JsonPropertyDescription(
      "/proc/sys/kernel/random/boot_id: nodes that have the same share a kernel")
  public String bootID;
}
