/** The agent of one node: brings the kernel to the state that the API asks for, in one loop. */
package io.dropprobe.agent;
