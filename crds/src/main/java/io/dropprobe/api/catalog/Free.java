// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.catalog;

import org.jspecify.annotations.Nullable;

/**
 * What is known of freed packets.
 *
 * @param reason the kernel's name of the reason, or {@code UNNAMED_n}; {@code -}, or any {@code
 *     UNNAMED_n} of a kernel without names, is taken for {@link #NOT_SPECIFIED}
 * @param function the function that freed them, without offset; a suffix of the compiler is
 *     ignored, see {@link #functionOf}. Null for packets without a cell: nothing but their reason
 *     is known then
 * @param tcp value of a cell's key {@code tcp}; null if the cell does not have it
 * @param to value of a cell's key {@code to}; null if the cell does not have it
 * @param socket value of a cell's key {@code socket}; null if the cell does not have it
 * @param driver name of the driver that freed them, or whose device they were freed for in {@code
 *     net_tx_action}; null if it was no driver, or an unknown one
 */
public record Free(
    String reason,
    @Nullable String function,
    @Nullable String tcp,
    @Nullable String to,
    @Nullable String socket,
    @Nullable String driver) {
  /** The reason of a free for which the kernel names none. */
  public static final String NOT_SPECIFIED = "NOT_SPECIFIED";

  /** Removes the compiler's suffix of the function. */
  public Free {
    function = function == null ? null : functionOf(function);
  }

  /** Packets without a cell, of which only the reason is known. */
  public static Free ofReason(String reason) {
    return new Free(reason, null, null, null, null, null);
  }

  /**
   * The function of a symbol: without a suffix of the compiler ({@code .isra}, {@code .constprop},
   * {@code .part}, {@code .cold}, {@code .llvm}).
   */
  public static String functionOf(String symbol) {
    int dot = symbol.indexOf('.');
    return dot > 0 ? symbol.substring(0, dot) : symbol;
  }

  /** These packets with the reason under the name that the catalogue uses. */
  Free named(boolean kernelHasNames) {
    boolean none = reason.equals("-") || (!kernelHasNames && reason.startsWith("UNNAMED_"));
    return none ? new Free(NOT_SPECIFIED, function, tcp, to, socket, driver) : this;
  }
}
