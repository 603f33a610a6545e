package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/** Which packets count. Evaluated in the kernel; all given parts must match. */
@ApiObject
@ValidationRule(
    value =
        "!(has(self.reasons) && size(self.reasons) > 0 && has(self.excludeReasons) &&"
            + " size(self.excludeReasons) > 0)",
    messageExpression =
        "'reasons and excludeReasons exclude each other, got %d and %d"
            + " entries'.format([size(self.reasons), size(self.excludeReasons)])")
public class Match {
  /** A kernel drop reason: SKB_DROP_REASON_ is not part of the name. */
  private static final String REASON = "^[A-Za-z][A-Za-z0-9_]*$";

  private static final String DNS_LABEL = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

  @Size(max = 6)
  @JsonPropertyDescription("transport protocols")
  public List<Protocol> protocols;

  @Size(max = 2)
  @JsonPropertyDescription("IP families")
  public List<IPFamily> ipFamilies;

  @Size(max = 16)
  @JsonPropertyDescription("source or destination ports")
  public List<@Min(1) @Max(65535) Integer> ports;

  @Size(max = 16)
  @ValidationRule(
      value = "self.all(c, isCIDR(c))",
      messageExpression =
          "'not a CIDR: ' + self.filter(c, !isCIDR(c))[0] + '; write it like 10.0.0.0/8'")
  @JsonPropertyDescription("source or destination networks, both families")
  public List<@Size(max = 49) String> cidrs;

  @Size(max = 64)
  @ValidationRule(
      value = "self.all(r, !r.startsWith('SKB_DROP_REASON_'))",
      messageExpression =
          "'write ' + self.filter(r, r.startsWith('SKB_DROP_REASON_'))[0] + ' without"
              + " SKB_DROP_REASON_'")
  @JsonPropertyDescription(
      "only these kernel drop reasons; names as the kernel has them, without SKB_DROP_REASON_")
  public List<@Size(min = 1, max = 63) @Pattern(REASON) String> reasons;

  @Size(max = 64)
  @ValidationRule(
      value = "self.all(r, !r.startsWith('SKB_DROP_REASON_'))",
      messageExpression =
          "'write ' + self.filter(r, r.startsWith('SKB_DROP_REASON_'))[0] + ' without"
              + " SKB_DROP_REASON_'")
  @JsonPropertyDescription("all kernel drop reasons but these")
  public List<@Size(min = 1, max = 63) @Pattern(REASON) String> excludeReasons;

  @Size(max = 64)
  @JsonPropertyDescription("Kubernetes namespaces of the pods whose packets were dropped")
  public List<@Size(min = 1, max = 63) @Pattern(DNS_LABEL) String> namespaces;
}
