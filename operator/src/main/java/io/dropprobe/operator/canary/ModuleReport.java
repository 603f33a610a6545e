// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import io.dropprobe.api.trial.TrialKey;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.operator.cluster.ClusterNode;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the report of an existing node says about its module, with or without a trial. It is the
 * word of that node.
 *
 * @param state null means one of another version, or none
 * @param hasTrial whether it names a module that is wanted there
 * @param bootId that the report names; empty if none
 */
record ModuleReport(
    ClusterNode node, @Nullable ModuleState state, boolean hasTrial, String bootId) {
  /** A node in such a state claims no module, and will not soon. */
  private static final Set<ModuleState> WITHOUT =
      EnumSet.of(ModuleState.Absent, ModuleState.Unsupported, ModuleState.Failed);

  /**
   * Reads a report.
   *
   * @param report null means that there is none
   * @return empty if it says nothing about a module
   */
  static Optional<ModuleReport> of(ClusterNode node, @Nullable DropProbeNode report) {
    DropProbeNodeStatus status = report == null ? null : report.getStatus();
    if (status == null || status.module == null) {
      return Optional.empty();
    }
    String boot = status.kernel == null || status.kernel.bootID == null ? "" : status.kernel.bootID;
    return Optional.of(
        new ModuleReport(node, status.module.state, status.module.trial != null, boot));
  }

  /** Whether no probe needs the module there. A load that hangs is not reported like this. */
  boolean needsNone(String boot) {
    return state == ModuleState.Absent && !hasTrial && (boot.isEmpty() || boot.equals(bootId));
  }

  /** Whether the node may soon claim a key that it does not claim now. */
  boolean mayClaim(TrialKey key) {
    return (state == null || !WITHOUT.contains(state))
        && node.kernelVersion().equals(key.release())
        && node.ready()
        && node.isSchedulable();
  }
}
