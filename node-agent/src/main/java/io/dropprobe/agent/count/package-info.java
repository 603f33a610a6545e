/**
 * Accounting: counts of one epoch, the sum of earlier ones, and the journal that carries both over
 * a reboot or a change of the module.
 */
package io.dropprobe.agent.count;
