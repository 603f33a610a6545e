// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import io.dropprobe.api.trial.TrialKey;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.TrialPhase;
import io.dropprobe.operator.cluster.ClusterNode;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the report of an existing node says about a module. It is the word of that node.
 *
 * @param bootId that the report names; empty if none
 */
record Claim(ClusterNode node, TrialKey key, TrialPhase phase, String bootId) {
  private static final Pattern WORD = Pattern.compile("[0-9A-Za-z]{1,64}");
  private static final Set<TrialPhase> DOWN = EnumSet.of(TrialPhase.Crashed, TrialPhase.Suspected);
  private static final Set<TrialPhase> LOADED = EnumSet.of(TrialPhase.Running, TrialPhase.Survived);

  /**
   * The claim of one node.
   *
   * @param report null means that there is none
   * @return empty if the report has no trial that this version can read
   */
  static Optional<Claim> of(ClusterNode node, @Nullable DropProbeNode report) {
    DropProbeNodeStatus status = report == null ? null : report.getStatus();
    if (status == null
        || status.module == null
        || status.module.trial == null
        || status.module.trial.phase == null) {
      return Optional.empty();
    }
    TrialPhase phase = status.module.trial.phase;
    String boot = status.kernel == null || status.kernel.bootID == null ? "" : status.kernel.bootID;
    return TrialKey.of(status)
        .filter(Claim::isBounded)
        // An agent speaks of its own kernel only: its kubelet says which that is.
        .filter(key -> key.release().equals(node.kernelVersion()))
        .map(key -> new Claim(node, key, phase, boot));
  }

  /**
   * The schema has the same bounds; all entries of the ConfigMap together must stay small. People
   * paste the srcversion into a shell.
   */
  private static boolean isBounded(TrialKey key) {
    return WORD.matcher(key.srcversion()).matches()
        && WORD.matcher(key.builder()).matches()
        && isBounded(key.release(), 128)
        && isBounded(key.version(), 256);
  }

  private static boolean isBounded(String text, int most) {
    return !text.isEmpty() && text.length() <= most;
  }

  /** Whether the node waits to be allowed to load the module. */
  boolean isWaiting() {
    return phase == TrialPhase.Waiting;
  }

  /** Whether the module is in the node's kernel, or about to be. */
  boolean isLoaded() {
    return LOADED.contains(phase);
  }

  /** Whether the node has survived the module, as it says. */
  boolean isSurvived() {
    return phase == TrialPhase.Survived;
  }

  /** Whether the node went down with the module, as it says. */
  boolean isDown() {
    return DOWN.contains(phase);
  }

  /** Whether the report is of this boot of its node, as far as it is known. */
  boolean isOfBoot(String boot) {
    return boot.isEmpty() || boot.equals(bootId);
  }

  /** False if the Node has rebooted since the report was written. */
  boolean isOfThisBoot() {
    return bootId.isEmpty() || node.bootId().isEmpty() || bootId.equals(node.bootId());
  }

  /** Whether it may be picked without being asked for by a person. */
  boolean isCandidate() {
    return isWaiting() && node.ready() && node.isSchedulable() && isOfThisBoot();
  }
}
