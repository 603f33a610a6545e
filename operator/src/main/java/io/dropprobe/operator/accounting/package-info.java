/**
 * Sums that stay right across restarts, reboots, shared kernels and removed nodes. Pure functions.
 * An epoch of the module ({@code kmod-builder/module/PROTOCOL.md}) is counted once, whoever reports
 * it; whose reports are believed is in {@code docs/decisions/0302-whose-numbers.md}.
 */
package io.dropprobe.operator.accounting;
