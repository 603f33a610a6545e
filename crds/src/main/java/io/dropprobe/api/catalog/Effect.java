// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.catalog;

import com.fasterxml.jackson.annotation.JsonCreator;
import io.dropprobe.api.schema.Enums;
import org.jspecify.annotations.Nullable;

/** What a freed packet means for somebody. */
public enum Effect {
  /** A receiver in or behind this node did not get what was sent to it. */
  Lost,
  /** Somebody decided so: a policy, a rule, a closed port. */
  Refused,
  /** This kernel does not say which of the others it is. */
  Unclear,
  /** Nothing is missing anywhere. */
  Noise;

  /** The constant of that name; null for a name of another version. */
  @JsonCreator
  static @Nullable Effect of(@Nullable String name) {
    return Enums.find(Effect.class, name);
  }
}
