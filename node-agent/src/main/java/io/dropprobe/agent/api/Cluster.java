// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.api;

import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What the agent reads from the API server. */
public interface Cluster {
  /** The latest known state; empty until everything has been read once. Never waits. */
  Optional<ClusterView> view();

  /**
   * Asks for the report of another node, which is answered some time after: not before the API
   * server has answered.
   *
   * @return empty if there is none, or this agent may not read it
   */
  CompletableFuture<Optional<DropProbeNodeStatus>> reportOf(String node);

  /**
   * Asks the API server on shutdown, to decide whether to leave the kernel as it is or to remove
   * everything from it.
   *
   * @return empty if the API server cannot be reached; without probes if the agent's namespace, its
   *     kinds or its permissions are being deleted
   */
  Optional<ClusterView> ask();
}
