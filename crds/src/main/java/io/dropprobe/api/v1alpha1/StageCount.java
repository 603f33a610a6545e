// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.dropprobe.api.schema.Enums;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** Packets seen at one stage of the receive or transmit path of one kernel. */
@ApiObject
public class StageCount {
  @Size(max = 64)
  @JsonPropertyDescription("Name of the stage, a function of the path.")
  public @Nullable String stage;

  @JsonPropertyDescription("Type of the hook; None if this kernel offers none for the stage.")
  public @Nullable Via via;

  @Size(max = 128)
  @JsonPropertyDescription("Name of the hooked symbol.")
  public @Nullable String symbol;

  @JsonPropertyDescription("Packets seen at this stage; absent if the hook was never attached.")
  public @Nullable Long packets;

  @JsonPropertyDescription(
      "Packets as seen on the wire, where GRO merged several into one; absent if not counted.")
  public @Nullable Long segments;

  @JsonPropertyDescription("Hits of the hook that the kernel could not deliver.")
  public @Nullable Long missed;

  /** Types of hooks. */
  public enum Via {
    Tracepoint,
    Ftrace,
    Kprobe,
    None;

    /** The constant of that name; null for a name of another version. */
    @JsonCreator
    static @Nullable Via of(@Nullable String name) {
      return Enums.find(Via.class, name);
    }
  }
}
