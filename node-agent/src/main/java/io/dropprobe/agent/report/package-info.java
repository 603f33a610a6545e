/** The node's report: its content, when it is written, and how its size is limited. */
package io.dropprobe.agent.report;
