// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.schema;

/** Name of the API group. */
public final class Group {
  private Group() {}

  /** The API group of both kinds. */
  public static final String NAME = "dropprobe.io";
}
