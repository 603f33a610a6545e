// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import io.dropprobe.api.v1alpha1.NodeSummary;
import java.util.List;

/** Counts the selected nodes by verdict. */
final class NodeTally {
  private NodeTally() {}

  static NodeSummary count(List<Verdict> verdicts) {
    NodeSummary n = new NodeSummary();
    n.selected = verdicts.size();
    n.active = count(verdicts, Verdict.Kind.ACTIVE);
    n.inactive = count(verdicts, Verdict.Kind.INACTIVE);
    n.ready = n.active + n.inactive;
    n.pending = count(verdicts, Verdict.Kind.PENDING);
    n.waiting = (int) verdicts.stream().filter(Verdict::waits).count();
    n.unsupported = count(verdicts, Verdict.Kind.UNSUPPORTED);
    n.failed = count(verdicts, Verdict.Kind.FAILED);
    n.sharedKernel = count(verdicts, Verdict.Kind.SHARED_KERNEL);
    n.stale = count(verdicts, Verdict.Kind.STALE);
    return n;
  }

  private static int count(List<Verdict> verdicts, Verdict.Kind kind) {
    return (int) verdicts.stream().filter(v -> v.kind() == kind).count();
  }
}
