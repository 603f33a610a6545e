/**
 * Accounting: counts of one epoch, the sum of earlier ones, and the journal that carries both over
 * a reboot or a change of the module.
 */
@NullMarked
package io.dropprobe.agent.count;

import org.jspecify.annotations.NullMarked;
