// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

import io.dropprobe.api.trial.Hook;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What the API asks of this node.
 *
 * @param nodeUid UID of the Node object
 * @param probes the DropProbes that select this node, sorted by name
 * @param existing all DropProbes
 * @param complete whether {@code existing} is known; false if the API server refused the list
 */
public record DesiredState(
    String nodeUid, List<DesiredProbe> probes, List<DropProbe> existing, boolean complete) {

  /** Whether no DropProbe selects this node. */
  public boolean isEmpty() {
    return probes.isEmpty();
  }

  /** The module's hooks that some of these probes need now. */
  Set<Hook> hooks(Predicate<DesiredProbe> some) {
    return probes.stream()
        .filter(some)
        .flatMap(p -> p.hooks().stream())
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Hook.class)));
  }

  /** Whether the network namespaces of the node's pods are needed. */
  public boolean followsPods() {
    return probes.stream().anyMatch(DesiredProbe::followsPods);
  }

  /** Whether a DropProbe selects this node. */
  boolean contains(String uid) {
    return probes.stream().anyMatch(p -> p.uid().equals(uid));
  }

  /** UIDs of all DropProbes. */
  Set<String> existingUids() {
    return existing.stream()
        .map(HasMetadata::getMetadata)
        .map(ObjectMeta::getUid)
        .collect(Collectors.toSet());
  }
}
