/**
 * Sums that stay correct across restarts, reboots, shared kernels and deleted Nodes. Pure
 * functions. Four rules: counts of one series only grow; two samples of one kernel count once; what
 * a deleted Node has counted is folded into {@code status.retired} once; unknown is not zero.
 */
@NullMarked
package io.dropprobe.operator.accounting;

import org.jspecify.annotations.NullMarked;
