// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonCreator;
import io.dropprobe.api.schema.Enums;
import org.jspecify.annotations.Nullable;

/** Whether packets were freed on their way in or out. */
public enum Direction {
  In,
  Out,
  Unknown;

  /** The constant of that name; null for a name of another version. */
  @JsonCreator
  static @Nullable Direction of(@Nullable String name) {
    return Enums.find(Direction.class, name);
  }

  /** The direction; Unknown for null. */
  public static Direction orUnknown(@Nullable Direction direction) {
    return direction == null ? Unknown : direction;
  }
}
