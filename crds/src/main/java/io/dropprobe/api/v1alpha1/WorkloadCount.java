package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;

/** Packets by the workload whose packets were dropped. */
@ApiObject
public class WorkloadCount {
  @Size(max = 63)
  @JsonPropertyDescription("absent for packets of the host and in the entry `other`")
  public String namespace;

  @Size(max = 253)
  @JsonPropertyDescription("name of the workload in its namespace")
  public String workload;

  @JsonPropertyDescription("its dropped packets")
  public Long packets;

  @Size(max = 32)
  @JsonPropertyDescription("over the last interval")
  public String perSecond;

  /** For Jackson. */
  public WorkloadCount() {}

  /**
   * @param namespace null for the host and for {@code other}
   * @param perSecond null when unknown
   */
  public WorkloadCount(String namespace, String workload, Long packets, String perSecond) {
    this.namespace = namespace;
    this.workload = workload;
    this.packets = packets;
    this.perSecond = perSecond;
  }
}
