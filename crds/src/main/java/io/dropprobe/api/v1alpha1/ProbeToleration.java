// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.dropprobe.api.schema.LabelKey;
import io.dropprobe.api.schema.Limits;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/**
 * A toleration as in a pod, without tolerationSeconds, since a probe can't be evicted later. What
 * the API server would refuse in a DaemonSet is refused here, so that one invalid DropProbe can't
 * block the agents of all.
 */
@ApiObject
@ValidationRule(
    value =
        "(has(self.key) && size(self.key) > 0) || (has(self.operator) && self.operator == 'Exists')",
    message = "a toleration without key must have operator Exists (it tolerates every taint)")
@ValidationRule(
    value =
        "!(has(self.operator) && self.operator == 'Exists') || !has(self.value) || size(self.value)"
            + " == 0",
    messageExpression = "'operator Exists takes no value, got ' + self.value")
public class ProbeToleration {
  @Size(max = LabelKey.MAX_LENGTH)
  @Pattern(LabelKey.PATTERN_OR_EMPTY)
  @ValidationRule(value = "self" + LabelKey.PREFIX_FITS, message = LabelKey.PREFIX_TOO_LONG)
  @JsonPropertyDescription(
      "Key of the taint. If absent, with operator Exists, every taint is tolerated.")
  public @Nullable String key;

  @JsonPropertyDescription("Exists or Equal; Equal if absent.")
  public @Nullable Operator operator;

  @Size(max = Limits.LABEL)
  @Pattern("^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$")
  @JsonPropertyDescription("Value of the taint, with operator Equal.")
  public @Nullable String value;

  @JsonPropertyDescription("Effect of the taint; all effects if absent.")
  public @Nullable Effect effect;

  /** How the taint is compared. */
  public enum Operator {
    Exists,
    Equal
  }

  /** Effects of a taint. */
  public enum Effect {
    NoSchedule,
    PreferNoSchedule,
    NoExecute
  }
}
