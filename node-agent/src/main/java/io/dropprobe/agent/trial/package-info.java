// SPDX-License-Identifier: Apache-2.0
/**
 * The crash breaker and the canary: whether this node may load a module, or attach a hook of it.
 */
@NullMarked
package io.dropprobe.agent.trial;

import org.jspecify.annotations.NullMarked;
