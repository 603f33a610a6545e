// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import org.jspecify.annotations.Nullable;

/**
 * Packets that a network card or an XDP program could not handle, by one counter.
 *
 * @param device name of the interface; null for XDP, which is of all interfaces
 * @param counter its name in the module's file
 * @param packets by which it has grown while the probe counted
 */
public record CardErrors(@Nullable String device, String counter, long packets) {}
