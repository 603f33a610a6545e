package io.dropprobe.agent.kernel;

/**
 * Which kernel is running.
 *
 * @param release uname -r
 * @param version uname -v; distributions respin a package under the same release
 * @param architecture uname -m
 * @param bootId new with every boot; nodes that have the same share a kernel
 */
public record KernelFacts(String release, String version, String architecture, String bootId) {}
