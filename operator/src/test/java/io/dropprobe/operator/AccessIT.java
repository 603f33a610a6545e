// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.schema.Names;
import io.dropprobe.api.schema.ServerSideApply;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.Predecessor;
import io.dropprobe.operator.testing.ApiServer;
import io.dropprobe.operator.testing.Await;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/**
 * What the two accounts may not do with the roles and the policy of {@code deploy/base}. The other
 * tests show that they may do all they need, because they run with the same roles.
 */
class AccessIT {
  private static final PatchContext APPLY = ServerSideApply.as(Names.AGENT_FIELD_MANAGER);

  private static ApiServer api;

  @BeforeAll
  static void start() {
    api = ApiServer.get();
    // A policy is in force about a second after it was applied.
    Await.until(
        "the policy is in force",
        () -> {
          try {
            report(api.agent("probe-node"), "another-node");
            return false;
          } catch (KubernetesClientException e) {
            return e.getCode() == 403;
          }
        });
  }

  @AfterEach
  void clean() {
    api.admin().resources(DropProbeNode.class).delete();
  }

  @Test
  void agentWritesTheReportOfItsOwnNode() {
    KubernetesClient agent = api.agent("worker-1");
    report(agent, "worker-1");
    reportStatus(agent, "worker-1");
    assertEquals("now", message(api.admin()));
  }

  @Test
  void agentCannotWriteTheReportOfAnotherNode() {
    report(api.agent("worker-2"), "worker-2");
    KubernetesClient agent = api.agent("worker-1");
    String message =
        "this dropprobe agent runs on node worker-1 and may not write the report of worker-2";
    assertRefused(message, () -> report(agent, "worker-2"));
    assertRefused(message, () -> reportStatus(agent, "worker-2"));
  }

  @Test
  void tokenWithoutExactlyOneNodeIsRefused() {
    report(api.agent("worker-1"), "worker-1");
    String message = "the token of this dropprobe agent does not say on which node it runs";
    assertRefused(message, () -> reportStatus(api.agent(), "worker-1"));
    assertRefused(message, () -> reportStatus(api.agent("worker-1", "worker-2"), "worker-1"));
  }

  @Test
  void agentCarriesOnlyTheReportThatItTakesOver() {
    KubernetesClient agent = api.agent("worker-1");
    report(agent, "worker-1");
    String message = "status.predecessors may name only the Node of the report that it replaces";
    assertRefused(message, () -> writeStatus(agent, "uid-2", "invented"));
    writeStatus(agent, "uid-1");
    assertRefused(message, () -> writeStatus(agent, "uid-2", "uid-1", "invented"));
    writeStatus(agent, "uid-2", "uid-1");
    writeStatus(agent, "uid-2", "uid-1");
    writeStatus(agent, "uid-2");
    assertRefused(message, () -> writeStatus(agent, "uid-2", "uid-1"));
  }

  private static void writeStatus(KubernetesClient client, String nodeUid, String... earlier) {
    DropProbeNode r = new DropProbeNode();
    r.getMetadata().setName("worker-1");
    r.setStatus(new DropProbeNodeStatus());
    r.getStatus().nodeUID = nodeUid;
    r.getStatus().predecessors =
        earlier.length == 0 ? null : Stream.of(earlier).map(AccessIT::predecessor).toList();
    client.resource(r).subresource("status").patch(APPLY);
  }

  private static Predecessor predecessor(String nodeUid) {
    Predecessor p = new Predecessor();
    p.nodeUID = nodeUid;
    return p;
  }

  @Test
  void agentCannotDeleteReportsOrChangeProbes() {
    KubernetesClient agent = api.agent("worker-1");
    report(agent, "worker-1");
    assertRefused(
        "cannot delete resource \"dropprobenodes\"",
        () -> agent.resources(DropProbeNode.class).withName("worker-1").delete());
    assertRefused("cannot create resource \"dropprobes\"", () -> agent.resource(probe()).create());
    agent.resources(DropProbe.class).list();
    assertRefused(
        "cannot list resource \"secrets\"",
        () -> agent.secrets().inNamespace(ApiServer.NAMESPACE).list());
  }

  @Test
  void operatorCannotWriteReportsOrReadSecrets() {
    KubernetesClient operator = api.operator();
    report(api.agent("worker-1"), "worker-1");
    assertRefused(
        "cannot patch resource \"dropprobenodes/status\"",
        () -> reportStatus(operator, "worker-1"));
    assertRefused(
        "cannot list resource \"secrets\"", () -> operator.secrets().inAnyNamespace().list());
    assertRefused(
        "cannot create resource \"configmaps\"",
        () ->
            operator
                .resource(
                    new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("other")
                        .withNamespace(ApiServer.NAMESPACE)
                        .endMetadata()
                        .build())
                .create());
    operator.resources(DropProbeNode.class).withName("worker-1").delete();
  }

  @Test
  void operatorWritesTheProofsAndAgentsOnlyReadThem() {
    KubernetesClient operator = api.operator();
    operator.resource(proofs()).patch(ServerSideApply.as(Names.OPERATOR));
    operator.configMaps().inNamespace(ApiServer.NAMESPACE).withName(Names.TRIALS).get();
    KubernetesClient agent = api.agent("worker-1");
    assertEquals(
        1,
        agent
            .configMaps()
            .inNamespace(ApiServer.NAMESPACE)
            .withField("metadata.name", Names.TRIALS)
            .list()
            .getItems()
            .size());
    assertRefused(
        "cannot patch resource \"configmaps\"", () -> agent.resource(proofs()).patch(APPLY));
    assertRefused(
        "cannot list resource \"configmaps\"",
        () -> agent.configMaps().inNamespace(ApiServer.NAMESPACE).list());
  }

  private static ConfigMap proofs() {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(Names.TRIALS)
        .withNamespace(ApiServer.NAMESPACE)
        .endMetadata()
        .build();
  }

  private static DropProbe probe() {
    DropProbe p = new DropProbe();
    p.getMetadata().setName("refused");
    p.setStatus(null);
    return p;
  }

  private static void report(KubernetesClient client, String node) {
    DropProbeNode r = new DropProbeNode();
    r.getMetadata().setName(node);
    r.setStatus(null);
    client.resource(r).patch(APPLY);
  }

  private static void reportStatus(KubernetesClient client, String node) {
    DropProbeNode r = new DropProbeNode();
    r.getMetadata().setName(node);
    r.setStatus(new DropProbeNodeStatus());
    r.getStatus().nodeUID = "now";
    client.resource(r).subresource("status").patch(APPLY);
  }

  private static String message(KubernetesClient client) {
    return client.resources(DropProbeNode.class).withName("worker-1").get().getStatus().nodeUID;
  }

  private static void assertRefused(String message, Executable call) {
    var e = assertThrows(KubernetesClientException.class, call);
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }
}
