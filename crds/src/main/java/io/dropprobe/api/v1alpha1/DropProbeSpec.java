// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.dropprobe.api.schema.Defaults;
import io.dropprobe.api.schema.Durations;
import io.dropprobe.api.schema.LabelKey;
import io.dropprobe.api.schema.Limits;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What to count, on which nodes, and how to report it. */
@ApiObject
public class DropProbeSpec {
  @Default("true")
  @JsonPropertyDescription("If false, counting stops and the counts are kept.")
  public @Nullable Boolean active;

  @Size(max = Limits.SPEC_LIST)
  @ValidationRule(
      value = "self.all(k, " + LabelKey.IS_KEY + ")",
      messageExpression =
          "'not a label key: ' + self.filter(k, !"
              + LabelKey.IS_KEY
              + ")[0] + '; write it like example.com/name'",
      message = "a key of nodeSelector is not a label key; write it like example.com/name")
  @JsonPropertyDescription(
      "Labels that a node must have; if absent, every Linux node whose taints are tolerated.")
  public @Nullable
      Map<
          String,
          @Size(max = Limits.LABEL) @Pattern("^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$")
          String>
      nodeSelector;

  @Size(max = Limits.SPEC_LIST)
  @JsonPropertyDescription("Tolerations for taints of nodes, as in a pod.")
  public @Nullable List<ProbeToleration> tolerations;

  @JsonPropertyDescription(
      "Which packets to count. All given fields must match; an absent field matches everything. A"
          + " change resets the counts to zero.")
  public @Nullable Match match;

  @Default("Disabled")
  @JsonPropertyDescription(
      "Enabled also counts packets at the stages of the receive and transmit path.")
  public @Nullable Stages stages;

  @Size(max = Limits.DURATION)
  @ValidationRule(
      value =
          Durations.IS_DURATION
              + " && duration(self) >= duration('1s') && duration(self) <= duration('720h')",
      messageExpression = "'must be 1s to 720h, " + Durations.RULE + "; got ' + self",
      message = "must be 1s to 720h, " + Durations.RULE)
  @JsonPropertyDescription("Counting stops by itself this long after active became true.")
  public @Nullable String duration;

  @JsonPropertyDescription("Any change of this value resets the counts to zero.")
  public @Nullable String resetAt;

  @Default(Defaults.REPORT_INTERVAL)
  @Size(max = Limits.DURATION)
  @ValidationRule(
      value =
          Durations.IS_DURATION
              + " && duration(self) >= duration('5s') && duration(self) <= duration('1h')",
      messageExpression = "'must be 5s to 1h, " + Durations.RULE + "; got ' + self",
      message = "must be 5s to 1h, " + Durations.RULE)
  @JsonPropertyDescription(
      "Shortest time between two reports of a node; longer in large clusters, see"
          + " status.reportInterval.")
  public @Nullable String reportInterval;

  @Default("" + Defaults.TOP)
  @Min(1)
  @Max(Limits.TOP)
  @JsonPropertyDescription("Number of entries in each top list.")
  public @Nullable Integer top;
}
