// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import io.dropprobe.api.trial.TrialKey;
import io.dropprobe.api.v1alpha1.TrialPhase;

/**
 * What the report says of the module that is wanted.
 *
 * @param key the module, and the hooks that the probes need
 */
public record ShownTrial(TrialPhase phase, TrialKey key) {
  /** The same while the module cannot be loaded for another reason. */
  ShownTrial waiting() {
    return new ShownTrial(TrialPhase.Waiting, key);
  }
}
