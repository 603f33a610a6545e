package io.dropprobe.agent.api;

import java.util.Optional;

/** The API server as the agent sees it. */
public interface Cluster {
  /** The latest that is known; empty until everything has been read once. Never waits. */
  Optional<ClusterView> view();

  /**
   * Asks now, for the decision at the end: leave the kernel as it is, or take everything out?
   *
   * @return empty when the API server can't be reached; without probes when our namespace, our
   *     kinds or our permissions are being removed
   */
  Optional<ClusterView> ask();
}
