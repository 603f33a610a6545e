package io.dropprobe.agent.probe;

/** How a wanted probe fares in this kernel. */
public sealed interface Verdict {
  /**
   * In the kernel, this node's, in the wanted state.
   *
   * @param note what of the spec has no effect on this node; null for nothing
   */
  record AsDesired(String note) implements Verdict {}

  /**
   * Another node that shares this kernel counts.
   *
   * @param owner the other Node
   */
  record Elsewhere(String owner, String message) implements Verdict {}

  /**
   * It can't be as wanted.
   *
   * @param reason CamelCase word
   */
  record Failed(String reason, String message) implements Verdict {}

  /** Not there yet; the next pass goes on. */
  record Pending(String message) implements Verdict {}
}
