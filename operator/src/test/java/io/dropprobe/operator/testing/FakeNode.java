package io.dropprobe.operator.testing;

import io.dropprobe.api.rules.Series;
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
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A Node, and what an agent on it would write: with the agent's account and its node's claim. */
public final class FakeNode {
  private static final PatchContext APPLY =
      new PatchContext.Builder()
          .withPatchType(PatchType.SERVER_SIDE_APPLY)
          .withFieldManager("dropprobe-agent")
          .withForce(true)
          .build();

  private final KubernetesClient admin;
  private final KubernetesClient agent;
  private final String name;
  private String uid;

  /** Creates the Node, with kubernetes.io/os and the labels given. */
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
                    .build())
            .create()
            .getMetadata()
            .getUid();
  }

  public String name() {
    return name;
  }

  /** Reports the probe in a state, with as many packets as given. */
  public void counts(DropProbe probe, ProbeState state, long packets) {
    reports(
        s -> {
          ProbeReport p =
              Reports.entry(probe.getMetadata().getName(), probe.getMetadata().getUid(), r -> {});
          p.observedGeneration = probe.getMetadata().getGeneration();
          p.series = Series.of(probe.getSpec());
          p.state = state;
          p.packets = packets;
          p.bytes = packets * 100;
          p.perSecond = "1.5";
          s.probes = List.of(p);
        });
  }

  /** Reports that nothing is in the kernel. */
  public void clean() {
    reports(
        s -> {
          s.module.state = ModuleState.Absent;
          s.module.srcversion = null;
        });
  }

  /** Reports, identity first: applying the status of an absent object is a 404. */
  public void reports(Consumer<DropProbeNodeStatus> rest) {
    reports(agent, rest);
  }

  /**
   * Reports as an agent that has replaced an earlier Node's report; by an administrator, because an
   * operator that is there folds that one in before it can be replaced.
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

  /** Deletes the Node and creates it anew under its name, without an agent's report of its own. */
  public void isReplaced() {
    admin.nodes().withName(name).delete();
    create(Map.of());
  }

  /** Its uid now. */
  public String uid() {
    return uid;
  }

  /** Deletes the Node; its agent is gone with it. */
  public void disappears() {
    admin.nodes().withName(name).delete();
  }
}
