// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.schema.Names;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which packets to count. Evaluated in the kernel; all given fields must match. */
@ApiObject
@ValidationRule(
    value =
        "!(has(self.reasons) && size(self.reasons) > 0 && has(self.excludeReasons) &&"
            + " size(self.excludeReasons) > 0)",
    messageExpression =
        "'reasons and excludeReasons exclude each other, got %d and %d"
            + " entries'.format([size(self.reasons), size(self.excludeReasons)])")
public class Match {
  /** A kernel drop reason without {@link Names#REASON_PREFIX}. */
  private static final String REASON = "^[A-Za-z][A-Za-z0-9_]*$";

  /** CEL: no reason has the prefix. */
  private static final String WITHOUT_PREFIX =
      "self.all(r, !r.startsWith('" + Names.REASON_PREFIX + "'))";

  /** CEL: the message if one has. */
  private static final String REMOVE_PREFIX =
      "'write ' + self.filter(r, r.startsWith('"
          + Names.REASON_PREFIX
          + "'))[0] + ' without "
          + Names.REASON_PREFIX
          + "'";

  private static final String DNS_LABEL = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

  @Size(max = 6)
  @JsonPropertyDescription("Transport protocols.")
  public @Nullable List<Protocol> protocols;

  @Size(max = 2)
  @JsonPropertyDescription("IP families.")
  public @Nullable List<IPFamily> ipFamilies;

  @Size(max = Limits.SPEC_LIST)
  @JsonPropertyDescription("Source or destination ports.")
  public @Nullable List<@Min(1) @Max(65535) Integer> ports;

  @Size(max = Limits.SPEC_LIST)
  @ValidationRule(
      value = "self.all(c, isCIDR(c))",
      messageExpression =
          "'not a CIDR: ' + self.filter(c, !isCIDR(c))[0] + '; write it like 10.0.0.0/8 or fd00::5/128'")
  @JsonPropertyDescription("Source or destination networks, of both IP families.")
  public @Nullable List<@Size(max = 49) String> cidrs;

  @Size(max = Limits.SPEC_NAMES)
  @ValidationRule(value = WITHOUT_PREFIX, messageExpression = REMOVE_PREFIX)
  @JsonPropertyDescription(
      "Only these kernel drop reasons; names as in the kernel, without SKB_DROP_REASON_.")
  public @Nullable List<@Size(min = 1, max = Limits.LABEL) @Pattern(REASON) String> reasons;

  @Size(max = Limits.SPEC_NAMES)
  @ValidationRule(value = WITHOUT_PREFIX, messageExpression = REMOVE_PREFIX)
  @JsonPropertyDescription("All kernel drop reasons but these.")
  public @Nullable List<@Size(min = 1, max = Limits.LABEL) @Pattern(REASON) String> excludeReasons;

  @Size(max = Limits.SPEC_NAMES)
  @JsonPropertyDescription("Kubernetes namespaces of the pods whose packets were dropped.")
  public @Nullable List<@Size(min = 1, max = Limits.LABEL) @Pattern(DNS_LABEL) String> namespaces;
}
