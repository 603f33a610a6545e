/**
 * What every other package may build on: the clocks, crash-safe files, folders in which strangers
 * write, digests, the C library and logging. Imports nothing of the agent.
 */
package io.dropprobe.agent.platform;
