/** The node's report: what is in it, when it is written, and how it is kept small. */
package io.dropprobe.agent.report;
