// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import io.dropprobe.agent.kernel.Interfaces;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.api.catalog.Free;
import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.v1alpha1.Direction;
import org.jspecify.annotations.Nullable;

/**
 * What a sum of a reading is about: everything by which its growth is judged.
 *
 * @param direction Unknown for packets without a cell
 */
record Key(Free free, Direction direction) {
  /** Packets of which nothing is known, because the journal did not keep their keys. */
  static final Key UNKNOWN = new Key(Free.ofReason(Names.OTHER), Direction.Unknown);

  /** A copy of its names that all probes and readings share. */
  Key {
    free =
        new Free(
            free.reason().intern(),
            interned(free.function()),
            interned(free.tcp()),
            interned(free.to()),
            interned(free.socket()),
            interned(free.driver()));
  }

  /** The key of a cell. */
  static Key of(ProbeSnapshot.Reason reason, ProbeSnapshot.Cell cell, Interfaces interfaces) {
    String function = function(cell);
    return new Key(
        new Free(
            name(reason),
            function,
            cell.facts().tcp(),
            cell.facts().to(),
            cell.facts().socket(),
            interfaces.driverOf(function, cell.module(), cell.iface())),
        cell.direction());
  }

  /** The key of the packets of a reason that have no cell. */
  static Key of(ProbeSnapshot.Reason reason) {
    return new Key(Free.ofReason(name(reason)), Direction.Unknown);
  }

  /** The sum that has what this one had, when its cells were folded; null means this one. */
  @Nullable Key folded() {
    Free f = free;
    return f.driver() == null
        ? null
        : new Key(new Free(f.reason(), f.function(), f.tcp(), f.to(), f.socket(), null), direction);
  }

  /** A reason without a name in the kernel keeps its number. */
  private static String name(ProbeSnapshot.Reason r) {
    return r.name().equals("-") ? "UNNAMED_" + r.id() : r.name();
  }

  /** A report has room for so many characters. */
  private static String function(ProbeSnapshot.Cell cell) {
    String function = cell.function();
    return function.length() > Limits.LOCATION ? function.substring(0, Limits.LOCATION) : function;
  }

  private static @Nullable String interned(@Nullable String text) {
    return text == null ? null : text.intern();
  }
}
