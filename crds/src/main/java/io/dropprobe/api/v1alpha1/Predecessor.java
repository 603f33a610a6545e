package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/** What an earlier Node of this name had counted when this one took its report over. */
@ApiObject
public class Predecessor {
  @Size(max = 64)
  @JsonPropertyDescription("uid of the earlier Node")
  public String nodeUID;

  @Size(max = 64)
  @JsonPropertyDescription("of the kernel that it last reported")
  public String bootID;

  @Size(max = 64)
  @JsonPropertyDescription("its counts by probe, without lists and rates")
  public List<ProbeReport> probes;
}
