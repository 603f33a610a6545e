// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import io.dropprobe.agent.kernel.KernelException;
import java.io.IOException;

/** Saves the last counts of this node's probes and removes the probes from the kernel. */
public interface Quiesce {
  /**
   * Removes the probes.
   *
   * @throws KernelException if the module refuses to remove one
   * @throws IOException if the last counts cannot be read
   */
  void quiesce() throws KernelException, IOException;
}
