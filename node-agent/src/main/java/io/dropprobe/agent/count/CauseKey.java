// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import io.dropprobe.api.catalog.Cause;
import io.dropprobe.api.catalog.DropClass;
import io.dropprobe.api.catalog.Effect;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.v1alpha1.Direction;
import org.jspecify.annotations.Nullable;

/**
 * What packets are listed under. Effect and class are those of the time when they were judged, so
 * one name may have several.
 *
 * @param dropClass null for {@link Names#OTHER}
 */
public record CauseKey(
    String name, Effect effect, @Nullable DropClass dropClass, Direction direction) {
  /** The rest of an effect. */
  static CauseKey other(Effect effect) {
    return new CauseKey(Names.OTHER, effect, null, Direction.Unknown);
  }

  static CauseKey of(Cause cause, Direction direction) {
    return cause.name().equals(Names.OTHER)
        ? other(cause.effect())
        : new CauseKey(cause.name().intern(), cause.effect(), cause.dropClass(), direction);
  }

  /** Whether it is the rest of an effect. */
  public boolean isOther() {
    return name.equals(Names.OTHER);
  }
}
