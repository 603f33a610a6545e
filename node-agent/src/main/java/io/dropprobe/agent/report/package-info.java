/** The node's report: its content, when it is written, and how its size is limited. */
@NullMarked
package io.dropprobe.agent.report;

import org.jspecify.annotations.NullMarked;
