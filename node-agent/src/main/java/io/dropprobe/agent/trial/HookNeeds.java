// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.trial;

import io.dropprobe.api.trial.Hook;
import java.util.Set;

/**
 * The module's hooks that the probes of this node need.
 *
 * @param wanted by probes that nothing but the module keeps from counting: they are waited for,
 *     tried and reported
 * @param tried the same, and those of probes that the kernel has refused: where they are open, the
 *     probes are tried again
 */
public record HookNeeds(Set<Hook> wanted, Set<Hook> tried) {}
