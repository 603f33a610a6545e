package io.dropprobe.api.v1alpha1;

/** Whether packets are counted at the stages of the path too. */
public enum Stages {
  Disabled,
  Enabled
}
