package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.dropprobe.api.schema.Durations;
import io.dropprobe.api.schema.LabelKey;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;

/** What to count, where, and how to show it. */
@ApiObject
public class DropProbeSpec {
  @Default("true")
  @JsonPropertyDescription("false keeps the numbers and stops counting")
  public Boolean active;

  @Size(max = 16)
  @ValidationRule(
      value = "self.all(k, " + LabelKey.IS_KEY + ")",
      messageExpression =
          "'not a label key: ' + self.filter(k, !"
              + LabelKey.IS_KEY
              + ")[0] + '; write it like example.com/name'",
      message = "a key of nodeSelector is not a label key; write it like example.com/name")
  @JsonPropertyDescription("labels that a node must have; absent is every Linux node")
  public Map<
          String, @Size(max = 63) @Pattern("^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$") String>
      nodeSelector;

  @Size(max = 16)
  @JsonPropertyDescription("taints of nodes that do not keep this probe away, as in a pod")
  public List<ProbeToleration> tolerations;

  @JsonPropertyDescription(
      "which packets count: all given parts must match, an absent part is anything; a change starts"
          + " the counts at zero")
  public Match match;

  @Default("Disabled")
  @JsonPropertyDescription(
      "Enabled counts packets at the stages of the receive and transmit path too")
  public Stages stages;

  @Size(max = 16)
  @ValidationRule(
      value =
          Durations.IS_DURATION
              + " && duration(self) >= duration('1s') && duration(self) <= duration('720h')",
      messageExpression = "'must be 1s to 720h, " + Durations.RULE + "; got ' + self",
      message = "must be 1s to 720h, " + Durations.RULE)
  @JsonPropertyDescription("stops by itself this long after active became true")
  public String duration;

  @JsonPropertyDescription("any change of it starts the counts at zero")
  public String resetAt;

  @Default("30s")
  @Size(max = 16)
  @ValidationRule(
      value =
          Durations.IS_DURATION
              + " && duration(self) >= duration('5s') && duration(self) <= duration('1h')",
      messageExpression = "'must be 5s to 1h, " + Durations.RULE + "; got ' + self",
      message = "must be 5s to 1h, " + Durations.RULE)
  @JsonPropertyDescription(
      "how often nodes report at most; stretched in large clusters, see status.reportInterval")
  public String reportInterval;

  @Default("10")
  @Min(1)
  @Max(20)
  @JsonPropertyDescription("entries in each top list")
  public Integer top;
}
