package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.dropprobe.api.schema.LabelKey;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/**
 * A toleration as in a pod, without tolerationSeconds: a probe is on a node or it is not. What the
 * API server would refuse in a DaemonSet is refused here, so that one bad probe can't hold up the
 * agents of all.
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
  @JsonPropertyDescription("key of the taint; absent, with operator Exists, is every taint")
  public String key;

  @JsonPropertyDescription("Exists or Equal; absent is Equal")
  public Operator operator;

  @Size(max = 63)
  @Pattern("^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$")
  @JsonPropertyDescription("value of the taint, with operator Equal")
  public String value;

  @JsonPropertyDescription("absent is all of them")
  public Effect effect;

  /** How key and value are compared. */
  public enum Operator {
    Exists,
    Equal
  }

  /** What the tolerated taint does. */
  public enum Effect {
    NoSchedule,
    PreferNoSchedule,
    NoExecute
  }
}
