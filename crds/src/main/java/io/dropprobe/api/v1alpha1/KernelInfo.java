// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.dropprobe.api.schema.Limits;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** The running kernel. */
@ApiObject
public class KernelInfo {
  @Size(max = 128)
  @JsonPropertyDescription("Output of uname -r.")
  public @Nullable String release;

  @Size(max = 256)
  @JsonPropertyDescription("Output of uname -v.")
  public @Nullable String version;

  @Size(max = 32)
  @JsonPropertyDescription("Output of uname -m.")
  public @Nullable String architecture;

  @Size(max = Limits.UID)
  @JsonPropertyDescription(
      "Content of /proc/sys/kernel/random/boot_id; nodes with the same bootID share a kernel.")
  public @Nullable String bootID;
}
