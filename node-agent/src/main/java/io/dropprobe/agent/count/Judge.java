// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import io.dropprobe.agent.kernel.ReasonNames;
import io.dropprobe.api.catalog.Catalog;
import io.dropprobe.api.catalog.Cause;
import io.dropprobe.api.catalog.Free;

/** Decides what freed packets mean. Each packet is judged once, with the growth that it is in. */
public interface Judge {
  /** The cause of freed packets. */
  Cause causeOf(Free free);

  /**
   * Whether growth is judged one pass later, because only a counter that is read then explains it.
   * In between, the packets are in no number.
   */
  default boolean waits(Free free) {
    return false;
  }

  /** Judges by the catalogue. */
  static Judge of(Catalog catalog, ReasonNames names) {
    return free -> catalog.causeOf(free, name -> names.id(name).isPresent());
  }
}
