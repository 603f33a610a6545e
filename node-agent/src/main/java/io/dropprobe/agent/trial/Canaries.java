// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.trial;

import io.dropprobe.api.trial.TrialBoard;
import io.dropprobe.api.trial.TrialKey;
import org.jspecify.annotations.Nullable;

/**
 * What this node knows of the other nodes' trials.
 *
 * @param inForce whether a module waits for them; false with an operator of the version before, and
 *     with the setting {@code canaries: "0"}
 * @param board the newest that was read; empty before that
 * @param announced the trial that this node's report says is Running, as the API server has it;
 *     null means none
 */
public record Canaries(boolean inForce, TrialBoard board, @Nullable TrialKey announced) {
  /** Of a node that waits for no other. */
  public static final Canaries NONE = new Canaries(false, TrialBoard.EMPTY, null);
}
