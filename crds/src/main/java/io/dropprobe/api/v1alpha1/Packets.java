// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.dropprobe.api.schema.Limits;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** The headline of a DropProbe: packets that the kernels freed as dropped, by what it means. */
@ApiObject
public class Packets extends Counters.Fields {
  @Size(max = Limits.NUMBER)
  @JsonPropertyDescription("Lost packets per second over the last interval.")
  public @Nullable String lostPerSecond;

  @Size(max = Limits.NUMBER)
  @JsonPropertyDescription("Refused packets per second over the last interval.")
  public @Nullable String refusedPerSecond;

  @Size(max = Limits.NUMBER)
  @JsonPropertyDescription(
      "Lost packets as a share of these and of traffic, in percent; absent where traffic is.")
  public @Nullable String lostShare;

  @JsonPropertyDescription("When the first node started to count.")
  public @Nullable String since;

  @JsonPropertyDescription("When the last packet was lost; absent if none was.")
  public @Nullable String lastLoss;
}
