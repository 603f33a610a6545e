/**
 * Sums that stay right across restarts, reboots, shared kernels and nodes that go away. Pure
 * functions; the rules are those of the section Accounting in the architecture.
 */
package io.dropprobe.operator.accounting;
