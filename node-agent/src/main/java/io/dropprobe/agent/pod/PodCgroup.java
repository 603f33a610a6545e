// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.pod;

import java.util.List;
import java.util.regex.Pattern;

/** Finds the UID of a pod in the path of a cgroup, for both cgroup drivers of the kubelet. */
final class PodCgroup {
  private static final String HEX = "[0-9a-f]";

  /**
   * {@code …-podUID_WITH_UNDERSCORES.slice} (systemd) or {@code /podUID-WITH-DASHES} (cgroupfs).
   * The UID of a static pod has 32 digits in both.
   */
  private static final Pattern POD =
      Pattern.compile(
          "(?<=[/-])pod("
              + (HEX + "{8}(?:[-_]" + HEX + "{4}){3}[-_]" + HEX + "{12}|" + HEX + "{32}")
              + ")(?=/|$|\\.slice(?:/|$))");

  private PodCgroup() {}

  /** UIDs in the path, outermost first, since a pod may run a kubelet with pods of its own. */
  static List<String> uids(String path) {
    return POD.matcher(path).results().map(m -> m.group(1).replace('_', '-')).toList();
  }
}
