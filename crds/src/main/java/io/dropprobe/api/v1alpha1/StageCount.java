package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;

/** Packets seen at one stage of the receive or transmit path of one kernel. */
@ApiObject
public class StageCount {
  @Size(max = 64)
  @JsonPropertyDescription("function of the path")
  public String stage;

  @JsonPropertyDescription("how it is hooked; None when this kernel offers no way")
  public Via via;

  @Size(max = 128)
  @JsonPropertyDescription("what is hooked")
  public String symbol;

  @JsonPropertyDescription("absent when it was never attached")
  public Long packets;

  @JsonPropertyDescription(
      "packets on the wire, where GRO merged several into one; absent when not counted")
  public Long segments;

  @JsonPropertyDescription("hits that the kernel could not deliver")
  public Long missed;

  /** Ways to hook a stage. */
  public enum Via {
    Tracepoint,
    Ftrace,
    Kprobe,
    None
  }
}
