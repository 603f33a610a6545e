// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.dropprobe.api.catalog.DropClass;
import io.dropprobe.api.catalog.Effect;
import org.jspecify.annotations.Nullable;

/** Freed packets of one node by cause and direction. */
@ApiObject
public class NodeCause extends CauseCount {
  @JsonPropertyDescription("Whether they were freed on their way in or out; absent for other.")
  public @Nullable Direction direction;

  /** For Jackson. */
  public NodeCause() {}

  /**
   * @param dropClass null means that it is not one
   * @param location null means unknown
   * @param direction null means that it is not one
   */
  public NodeCause(
      String cause,
      Effect effect,
      @Nullable DropClass dropClass,
      @Nullable String location,
      Long packets,
      @Nullable Direction direction) {
    super(cause, effect, dropClass, location, packets);
    this.direction = direction;
  }
}
