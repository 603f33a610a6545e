package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;

/** One reason why nodes do not count, or why a part of the spec or the settings has no effect. */
@ApiObject
public class Problem {
  @Size(max = 63)
  @JsonPropertyDescription("one CamelCase word")
  public String reason;

  @JsonPropertyDescription("how many nodes have it")
  public Integer nodes;

  @Size(max = 253)
  @JsonPropertyDescription("one of them")
  public String example;

  @Size(max = 1024)
  @JsonPropertyDescription("what the example says, with the next step")
  public String message;
}
