/** The agent of one node: what is wanted (API) against what is (kernel), in one loop. */
package io.dropprobe.agent;
