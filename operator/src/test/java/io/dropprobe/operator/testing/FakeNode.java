// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.testing;

import io.dropprobe.api.rules.Series;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.schema.ServerSideApply;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.Predecessor;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A Node and its agent, which writes with the agents' account and the node's claim. */
public final class FakeNode {
  private static final PatchContext APPLY = ServerSideApply.as(Names.AGENT_FIELD_MANAGER);

  private final KubernetesClient admin;
  private final KubernetesClient agent;
  private final String name;
  private String uid;

  /** Creates a Node that is Ready, with kubernetes.io/os and the given labels. */
  public FakeNode(ApiServer api, String name, Map<String, String> labels) {
    this.admin = api.admin();
    this.agent = api.agent(name);
    this.name = name;
    create(labels);
  }

  private void create(Map<String, String> labels) {
    Map<String, String> all = new TreeMap<>(labels);
    all.put("kubernetes.io/os", "linux");
    uid =
        admin
            .resource(
                new NodeBuilder()
                    .withNewMetadata()
                    .withName(name)
                    .withLabels(all)
                    .endMetadata()
                    .withNewStatus()
                    .addNewCondition()
                    .withType("Ready")
                    .withStatus("True")
                    .endCondition()
                    .withNewNodeInfo()
                    .withKernelVersion("6.12.0-test")
                    .endNodeInfo()
                    .endStatus()
                    .build())
            .create()
            .getMetadata()
            .getUid();
    // The API server creates each Node with the taint not-ready, which a controller removes.
    admin
        .nodes()
        .withName(name)
        .edit(n -> new NodeBuilder(n).editSpec().withTaints().endSpec().build());
  }

  public String name() {
    return name;
  }

  /** Reports the probe in a state, with a number of packets. */
  public void counts(DropProbe probe, ProbeState state, long packets) {
    reports(
        s -> {
          ProbeReport p =
              Reports.entry(probe.getMetadata().getName(), probe.getMetadata().getUid(), r -> {});
          p.observedGeneration = probe.getMetadata().getGeneration();
          p.series = Series.of(probe);
          p.state = state;
          p.lost = packets;
          p.bytes = packets * 100;
          p.lostPerSecond = "1.5";
          s.probes = List.of(p);
        });
  }

  /** Reports that the module is not in the kernel. */
  public void clean() {
    reports(
        s -> {
          s.module.state = ModuleState.Absent;
          s.module.srcversion = null;
        });
  }

  /** Writes a report, the object first: applying the status of an absent object fails with 404. */
  public void reports(Consumer<DropProbeNodeStatus> rest) {
    reports(agent, rest);
  }

  /**
   * Writes the report of an agent that has taken over the report of an earlier Node. An
   * administrator does it, because a running operator would fold the earlier report before an agent
   * could.
   */
  public void carries(Predecessor earlier, ProbeReport entry) {
    reports(
        admin,
        s -> {
          s.predecessors = List.of(earlier);
          s.probes = List.of(entry);
        });
  }

  private void reports(KubernetesClient as, Consumer<DropProbeNodeStatus> rest) {
    DropProbeNode report = new DropProbeNode();
    report.getMetadata().setName(name);
    report.setStatus(null);
    as.resource(report).patch(APPLY);
    report.setStatus(Reports.status(name, Instant.now()));
    report.getStatus().nodeUID = uid;
    rest.accept(report.getStatus());
    as.resource(report).subresource("status").patch(APPLY);
  }

  /** Kubernetes calls the Node NotReady: its kubelet is not heard any more. */
  public void isNotReady() {
    admin
        .nodes()
        .withName(name)
        .editStatus(
            n ->
                new NodeBuilder(n)
                    .editStatus()
                    .editMatchingCondition(c -> c.getType().equals("Ready"))
                    .withStatus("Unknown")
                    .endCondition()
                    .endStatus()
                    .build());
  }

  /** Deletes the Node and creates one with the same name, which has not reported yet. */
  public void isReplaced() {
    admin.nodes().withName(name).delete();
    create(Map.of());
  }

  /** The present uid of the Node. */
  public String uid() {
    return uid;
  }

  /** Deletes the Node; its agent does not clean up. */
  public void disappears() {
    admin.nodes().withName(name).delete();
  }
}
