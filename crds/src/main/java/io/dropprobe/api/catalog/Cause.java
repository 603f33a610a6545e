// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.catalog;

/**
 * What freed packets are listed under.
 *
 * @param name {@code REASON}, or {@code REASON@function} if the entry of the catalogue that matched
 *     names a function. {@code other} is reserved for what a bounded list does not name
 * @param dropClass why they were freed
 */
public record Cause(String name, DropClass dropClass) {
  /** What the packets mean. */
  public Effect effect() {
    return dropClass.effect();
  }
}
