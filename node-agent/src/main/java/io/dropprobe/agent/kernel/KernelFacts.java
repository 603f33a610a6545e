// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

/**
 * Identity of the running kernel.
 *
 * @param release uname -r
 * @param version uname -v; distributions rebuild a kernel package under the same release
 * @param architecture uname -m
 * @param bootId changes with every boot; nodes with the same one share a kernel
 */
public record KernelFacts(String release, String version, String architecture, String bootId) {}
