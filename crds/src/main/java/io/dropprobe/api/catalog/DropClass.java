// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.catalog;

import com.fasterxml.jackson.annotation.JsonCreator;
import io.dropprobe.api.schema.Enums;
import org.jspecify.annotations.Nullable;

/** Why a packet was freed. Each class belongs to one effect. */
public enum DropClass {
  /** A queue or a buffer was full. */
  Congestion(Effect.Lost),
  /** The packet is damaged, truncated or malformed. */
  Corrupt(Effect.Lost),
  /** Memory, a table or a device was missing. */
  Resource(Effect.Lost),
  /** There is no way to the destination. */
  Routing(Effect.Lost),
  /** A protocol does not accept the packet. */
  Protocol(Effect.Lost),
  /** A rule, a filter or a policy does not allow it. */
  Policy(Effect.Refused),
  /** Nothing listens there. */
  ClosedPort(Effect.Refused),
  /** An orderly end: what the owner of a socket discarded, or no longer needs. */
  Close(Effect.Noise),
  /** The receiver has it already. */
  Duplicate(Effect.Noise),
  /** It was never meant for this node or a socket of it. */
  NotForUs(Effect.Noise),
  /** A copy for an observer; the packet itself was processed. */
  Copy(Effect.Noise),
  /** The packet was sent, received or answered, and is freed as if it were dropped. */
  Completion(Effect.Noise),
  /** The loss is counted elsewhere, under the name of a counter of the kernel. */
  Counted(Effect.Noise),
  /** The kernel does not say why. */
  Unspecified(Effect.Unclear);

  private final Effect effect;

  DropClass(Effect effect) {
    this.effect = effect;
  }

  /** The constant of that name; null for a name of another version. */
  @JsonCreator
  static @Nullable DropClass of(@Nullable String name) {
    return Enums.find(DropClass.class, name);
  }

  /** The effect that all packets of this class have. */
  public Effect effect() {
    return effect;
  }
}
