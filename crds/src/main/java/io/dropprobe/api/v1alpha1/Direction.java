// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

/** Whether packets were freed on their way in or out. */
public enum Direction {
  In,
  Out,
  Unknown
}
