// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.trial;

import io.dropprobe.api.v1alpha1.TrialPhase;

/** Whether a module may be loaded on this node, and its hooks be attached. */
public sealed interface Judgement {
  /** The phase that the report shows. */
  TrialPhase phase();

  /**
   * Now.
   *
   * @param phase Survived or Running
   */
  record Go(TrialPhase phase) implements Judgement {}

  /** When the API server has accepted a report that shows this phase. */
  record Announce() implements Judgement {
    @Override
    public TrialPhase phase() {
      return TrialPhase.Running;
    }
  }

  /**
   * Later.
   *
   * @param note what it waits for
   */
  record Wait(String note) implements Judgement {
    @Override
    public TrialPhase phase() {
      return TrialPhase.Waiting;
    }
  }

  /**
   * Not before somebody acts, or a pause is over.
   *
   * @param phase Crashed or Suspected; Waiting if nothing speaks against the module
   * @param reason CamelCase, part of the API
   * @param message what happened, and what to do
   */
  record Refused(TrialPhase phase, String reason, String message) implements Judgement {}
}
