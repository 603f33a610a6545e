package io.dropprobe.api.v1alpha1;

/** The sum of earlier epochs of one series on one node. */
@ApiObject
public class Base {
  public Long packets;
  public Long segments;
  public Long bytes;
  public Long noise;
  public Long unkeyed;
}
