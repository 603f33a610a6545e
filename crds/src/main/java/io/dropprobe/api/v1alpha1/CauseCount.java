// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.dropprobe.api.catalog.DropClass;
import io.dropprobe.api.catalog.Effect;
import io.dropprobe.api.schema.Limits;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** Freed packets by cause. */
@ApiObject
@JsonPropertyOrder({"cause", "effect", "class", "location", "packets", "perSecond"})
public class CauseCount {
  @Size(max = 2 * Limits.LOCATION + 1)
  @JsonPropertyDescription(
      "The kernel's name of the reason, without SKB_DROP_REASON_; REASON@function where the function"
          + " makes the difference; or the kernel's counter that shows them, as nstat names it. other is"
          + " the rest of its effect.")
  public @Nullable String cause;

  @JsonPropertyDescription("What it means for somebody: Lost, Refused, Unclear or Noise.")
  public @Nullable Effect effect;

  @JsonProperty("class")
  @JsonPropertyDescription("Why the packets were freed; absent for other.")
  public @Nullable DropClass dropClass;

  @Size(max = Limits.LOCATION)
  @JsonPropertyDescription(
      "The kernel function that freed most of them; absent if it is not known.")
  public @Nullable String location;

  @JsonPropertyDescription("Packets freed for this cause.")
  public @Nullable Long packets;

  @Size(max = Limits.NUMBER)
  @JsonPropertyDescription("Packets per second over the last interval.")
  public @Nullable String perSecond;

  /** For Jackson. */
  public CauseCount() {}

  /**
   * @param dropClass null means that it is not one
   * @param location null means unknown
   */
  public CauseCount(
      String cause,
      Effect effect,
      @Nullable DropClass dropClass,
      @Nullable String location,
      Long packets) {
    this.cause = cause;
    this.effect = effect;
    this.dropClass = dropClass;
    this.location = location;
    this.packets = packets;
  }
}
