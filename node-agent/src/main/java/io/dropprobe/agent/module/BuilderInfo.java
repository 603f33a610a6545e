// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

/**
 * The builder's description of itself, written when it starts.
 *
 * @param source identifies the module's source and the compiler: a change may change the module
 */
record BuilderInfo(String source, String version, String compiler) {}
