// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Logs once that no step can help a DropProbe: the same again, in each pass, is not news. */
final class FailureLog {
  private static final System.Logger LOG = System.getLogger(FailureLog.class.getName());

  /** UIDs of the DropProbes that failed in the last pass. */
  private final Set<String> failed = new HashSet<>();

  /**
   * Logs what has failed since the last call.
   *
   * @param verdicts by UID
   */
  void changes(List<DesiredProbe> desired, Map<String, Verdict> verdicts) {
    for (DesiredProbe d : desired) {
      if (!(verdicts.get(d.uid()) instanceof Verdict.Failed f)) {
        failed.remove(d.uid());
      } else if (failed.add(d.uid())) {
        LOG.log(
            System.Logger.Level.WARNING,
            "DropProbe {0} does not count on this node: {1}",
            d.name(),
            f.message());
      }
    }
    failed.retainAll(desired.stream().map(DesiredProbe::uid).toList());
  }
}
