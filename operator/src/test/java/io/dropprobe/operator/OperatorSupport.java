// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator;

import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.operator.testing.ApiServer;
import io.dropprobe.operator.testing.Await;
import io.dropprobe.operator.testing.FakeNode;
import io.dropprobe.operator.testing.Reports;
import io.dropprobe.operator.testing.RunningOperator;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/**
 * Runs the operator on a real API server; the test plays the nodes and their agents. Each class of
 * tests starts it once.
 */
abstract class OperatorSupport {
  static ApiServer api;
  static KubernetesClient admin;
  private static RunningOperator operator;

  @BeforeAll
  static void start() {
    api = ApiServer.get();
    admin = api.admin();
    settings(data -> data.put("minReportInterval", "1s"));
    operator = new RunningOperator(api);
  }

  @AfterAll
  static void stop() {
    if (operator != null) {
      operator.close();
    }
  }

  /** Ends the operator, and starts another one after something. */
  static void restart(Runnable meanwhile) {
    operator.close();
    meanwhile.run();
    operator = new RunningOperator(api);
  }

  /** Leaves nothing behind; without Nodes, no deletion waits. */
  @AfterEach
  void clean() {
    admin.nodes().delete();
    admin.resources(DropProbe.class).delete();
    Await.until(
        "all probes, reports and the DaemonSet are deleted",
        () ->
            admin.resources(DropProbe.class).list().getItems().isEmpty()
                && admin.resources(DropProbeNode.class).list().getItems().isEmpty()
                && daemonSet() == null,
        OperatorSupport::everything);
  }

  /** Changes the probe again and again, so that it is reconciled now. */
  static void awaitProblem(String name, String reason, String message) {
    AtomicInteger top = new AtomicInteger(1);
    Await.until(
        reason + " in the status of " + name,
        () -> {
          edit(name, p -> p.getSpec().top = 1 + top.getAndIncrement() % 20);
          return status(name).problems.stream()
              .anyMatch(p -> p.reason.equals(reason) && p.message.contains(message));
        },
        OperatorSupport::everything);
  }

  static ProbeReport withPackets(ProbeReport entry, long packets) {
    entry.lost = packets;
    return entry;
  }

  static void awaitInTemplate(String text) {
    Await.until(
        text + " is in the pod template",
        () -> admin.getKubernetesSerialization().asYaml(daemonSet()).contains(text),
        OperatorSupport::everything);
  }

  static ProbeReport entryOf(DropProbe probe) {
    return Reports.entry(
        probe.getMetadata().getName(),
        probe.getMetadata().getUid(),
        p -> {
          p.observedGeneration = probe.getMetadata().getGeneration();
          p.state = ProbeState.Active;
        });
  }

  static FakeNode node(String name, String... labels) {
    return new FakeNode(api, name, labels.length == 0 ? Map.of() : Map.of(labels[0], labels[1]));
  }

  static void label(String node, String key, String value) {
    admin
        .nodes()
        .withName(node)
        .edit(
            (Node n) -> {
              n.getMetadata().getLabels().put(key, value);
              return n;
            });
  }

  static DropProbe create(String name, Consumer<DropProbe> rest) {
    DropProbe p = new DropProbe();
    p.getMetadata().setName(name);
    p.setStatus(null);
    rest.accept(p);
    return admin.resource(p).create();
  }

  static DropProbe edit(String name, Consumer<DropProbe> change) {
    UnaryOperator<DropProbe> edit =
        p -> {
          change.accept(p);
          return p;
        };
    return admin.resources(DropProbe.class).withName(name).edit(edit);
  }

  static void settings(Consumer<Map<String, String>> change) {
    admin
        .configMaps()
        .inNamespace(ApiServer.NAMESPACE)
        .withName("dropprobe")
        .edit(
            (ConfigMap c) -> {
              change.accept(c.getData());
              return c;
            });
  }

  static DropProbe probe(String name) {
    return admin.resources(DropProbe.class).withName(name).get();
  }

  static DropProbeNode report(String node) {
    return admin.resources(DropProbeNode.class).withName(node).get();
  }

  static DropProbeStatus status(String name) {
    return probe(name).getStatus();
  }

  static DaemonSet daemonSet() {
    return admin
        .apps()
        .daemonSets()
        .inNamespace(ApiServer.NAMESPACE)
        .withName("dropprobe-agent")
        .get();
  }

  static String daemonSetUid() {
    DaemonSet agents = daemonSet();
    return agents == null ? null : agents.getMetadata().getUid();
  }

  static List<NodeSelectorTerm> terms() {
    return daemonSet()
        .getSpec()
        .getTemplate()
        .getSpec()
        .getAffinity()
        .getNodeAffinity()
        .getRequiredDuringSchedulingIgnoredDuringExecution()
        .getNodeSelectorTerms();
  }

  static List<Event> events(String kind, String name) {
    return admin.v1().events().inAnyNamespace().list().getItems().stream()
        .filter(
            e ->
                e.getInvolvedObject().getKind().equals(kind)
                    && Objects.equals(e.getInvolvedObject().getName(), name))
        .toList();
  }

  static void await(String name, Predicate<DropProbeStatus> condition) {
    Await.until(
        "the status of " + name, () -> condition.test(status(name)), OperatorSupport::everything);
  }

  static void awaitCondition(String name, String type, String status, String reason) {
    Await.until(
        "%s is %s=%s (%s)".formatted(name, type, status, reason),
        () -> {
          DropProbe probe = probe(name);
          return probe.getStatus().conditions.stream()
                  .filter(c -> c.getType().equals(type))
                  .filter(
                      c ->
                          Objects.equals(
                              c.getObservedGeneration(), probe.getMetadata().getGeneration()))
                  .map(Condition::getStatus)
                  .anyMatch(status::equals)
              && probe.getStatus().conditions.stream()
                  .anyMatch(c -> c.getType().equals(type) && c.getReason().equals(reason));
        },
        OperatorSupport::everything);
  }

  static String everything() {
    var yaml = admin.getKubernetesSerialization();
    StringBuilder s = new StringBuilder();
    admin.resources(DropProbe.class).list().getItems().forEach(p -> s.append(yaml.asYaml(p)));
    admin.resources(DropProbeNode.class).list().getItems().forEach(p -> s.append(yaml.asYaml(p)));
    s.append(daemonSet() == null ? "no DaemonSet\n" : yaml.asYaml(daemonSet()));
    admin
        .v1()
        .events()
        .inAnyNamespace()
        .list()
        .getItems()
        .forEach(e -> s.append(e.getReason()).append(": ").append(e.getMessage()).append('\n'));
    return s.toString();
  }
}
