// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

/** Whether packets are also counted at the stages of the path. */
public enum Stages {
  Disabled,
  Enabled
}
