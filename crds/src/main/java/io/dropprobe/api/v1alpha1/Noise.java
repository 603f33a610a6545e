package io.dropprobe.api.v1alpha1;

/** Frees that are no loss. */
@ApiObject
public class Noise {
  public Long packets;
}
