// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.dropprobe.api.schema.Limits;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** The headline of a DropProbe. */
@ApiObject
public class Drops {
  @JsonPropertyDescription("Dropped packets (socket buffers that the kernel freed as dropped).")
  public @Nullable Long packets;

  @JsonPropertyDescription(
      "Dropped packets as seen on the wire, where GRO or GSO merged several into one.")
  public @Nullable Long segments;

  @JsonPropertyDescription("Bytes of the dropped packets, from the IP header on.")
  public @Nullable Long bytes;

  @Size(max = Limits.NUMBER)
  @JsonPropertyDescription("Packets per second over the last interval.")
  public @Nullable String perSecond;

  @JsonPropertyDescription("When the first node started to count.")
  public @Nullable String since;

  @JsonPropertyDescription("Time of the last drop; absent if there was none.")
  public @Nullable String last;
}
