// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** The selected nodes by state. Every selected node is active, inactive, or in one later state. */
@ApiObject
public class NodeSummary {
  @JsonPropertyDescription("Nodes that nodeSelector and tolerations select.")
  public @Nullable Integer selected;

  @JsonPropertyDescription(
      "Nodes in the desired state: counting, or stopped because active is false or the duration has"
          + " elapsed.")
  public @Nullable Integer ready;

  @JsonPropertyDescription("Nodes that are counting now.")
  public @Nullable Integer active;

  @JsonPropertyDescription(
      "Nodes that have stopped because active is false or the duration has elapsed.")
  public @Nullable Integer inactive;

  @JsonPropertyDescription("Nodes that have not reported the current generation yet.")
  public @Nullable Integer pending;

  @JsonPropertyDescription(
      "Since when there has been a pending node; absent if there is none. Ready waits no longer than"
          + " the setting staleAfter.")
  public @Nullable String pendingSince;

  @JsonPropertyDescription(
      "Nodes that have built a module and wait until a canary has proven it. Those that go on with"
          + " the module they had are active; the others are pending.")
  public @Nullable Integer waiting;

  @JsonPropertyDescription("Nodes that can't run the kernel module; see problems.")
  public @Nullable Integer unsupported;

  @JsonPropertyDescription("Nodes on which something failed; see problems.")
  public @Nullable Integer failed;

  @JsonPropertyDescription("Nodes that share their kernel with a node that counts for both.")
  public @Nullable Integer sharedKernel;

  @JsonPropertyDescription("Nodes that have stopped reporting.")
  public @Nullable Integer stale;
}
