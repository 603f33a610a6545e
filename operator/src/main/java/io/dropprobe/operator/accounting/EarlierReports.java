// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.accounting;

import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.KernelInfo;
import io.dropprobe.api.v1alpha1.Predecessor;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The counts that a report carries for earlier Nodes of its name, because they were not folded
 * before the agent of the present Node took the report over. Each is treated as the report of a
 * deleted Node.
 */
public final class EarlierReports {
  private EarlierReports() {}

  /** The report itself, then one for each earlier Node that it carries. */
  public static Stream<DropProbeNode> with(DropProbeNode report) {
    DropProbeNodeStatus status = report.getStatus();
    if (status == null || status.predecessors == null) {
      return Stream.of(report);
    }
    List<Predecessor> earlier = status.predecessors;
    return Stream.concat(
        Stream.of(report),
        earlier.stream()
            .filter(p -> p.nodeUID != null && !Objects.equals(p.nodeUID, status.nodeUID))
            .map(p -> of(report, p)));
  }

  private static DropProbeNode of(DropProbeNode report, Predecessor earlier) {
    DropProbeNodeStatus status = new DropProbeNodeStatus();
    status.nodeUID = earlier.nodeUID;
    status.kernel = new KernelInfo();
    status.kernel.bootID = earlier.bootID;
    status.probes = earlier.probes;
    DropProbeNode node = new DropProbeNode();
    node.setMetadata(report.getMetadata());
    node.setStatus(status);
    return node;
  }
}
