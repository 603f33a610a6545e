// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

/**
 * An Event about a trial.
 *
 * @param warning whether a person should look at it
 */
record Notice(boolean warning, String reason, String message) {}
