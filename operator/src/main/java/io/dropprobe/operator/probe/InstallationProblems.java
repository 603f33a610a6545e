// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.v1alpha1.Problem;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Problems of the installation, which every DropProbe shows. */
final class InstallationProblems {
  private InstallationProblems() {}

  /**
   * @param settings what is wrong with the ConfigMap; empty if nothing is
   * @param agents what keeps agents from being created; empty if nothing does
   */
  static List<Problem> of(Optional<String> settings, Optional<Problem> agents) {
    return Stream.concat(agents.stream(), settings.map(InstallationProblems::settings).stream())
        .toList();
  }

  private static Problem settings(String message) {
    Problem p = new Problem();
    p.reason = Conditions.Problem.BAD_SETTINGS;
    p.nodes = 0;
    p.message = message;
    return p;
  }
}
