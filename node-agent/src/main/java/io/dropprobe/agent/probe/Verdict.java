// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

import org.jspecify.annotations.Nullable;

/** State of a desired probe in this kernel. */
public sealed interface Verdict {
  /**
   * This node owns it, and it is in its desired state.
   *
   * @param note which part of the spec has no effect on this node; null means that all have
   */
  record AsDesired(@Nullable String note) implements Verdict {}

  /**
   * Another node that shares this kernel owns it and counts.
   *
   * @param owner name of the other Node
   */
  record Elsewhere(String owner, String message) implements Verdict {}

  /**
   * It cannot be brought to its desired state.
   *
   * @param reason reason in the report, CamelCase
   */
  record Failed(String reason, String message) implements Verdict {}

  /** Not in its desired state yet; the next pass continues. */
  record Pending(String message) implements Verdict {}
}
