/**
 * What every other package may use: clocks, crash-safe files, access to folders in which untrusted
 * processes write, digests, the C library and logging. Imports no other package of the agent.
 */
@NullMarked
package io.dropprobe.agent.platform;

import org.jspecify.annotations.NullMarked;
