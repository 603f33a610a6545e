// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.e2e;

import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The local cluster that e2e/cluster-tests has started: its API, and root on its nodes. */
final class Cluster {
  static final String NAMESPACE = "dropprobe-system";

  /** UDP port that nobody listens on. */
  static final int CLOSED_PORT = 9;

  private static final String NAME = System.getenv("DROPPROBE_CLUSTER");

  /** The API as the cluster's administrator, from KUBECONFIG. */
  static final KubernetesClient API = new KubernetesClientBuilder().build();

  /** Names of the nodes, sorted. */
  static final List<String> NODES =
      API.nodes().list().getItems().stream().map(n -> n.getMetadata().getName()).sorted().toList();

  static final String MAKERS = "dropprobe-story";

  private Cluster() {}

  /** Runs kubectl as the cluster's administrator; it must succeed. */
  static String kubectl(String... arguments) {
    return Shell.output(
        Stream.concat(Stream.of("e2e/kubectl"), Stream.of(arguments)).toArray(String[]::new));
  }

  /** Begins to replace the pods of a workload of DropProbe's own. */
  static void restart(String workload) {
    kubectl("-n", NAMESPACE, "rollout", "restart", workload);
  }

  static void awaitRollout(String namespace, String workload) {
    kubectl("-n", namespace, "rollout", "status", workload, "--timeout=900s");
  }

  static Node node(String name) {
    return API.nodes().withName(name).get();
  }

  /** The last lines that each container of DropProbe has logged. */
  static String logs() {
    return Shell.run(
            List.of(
                "e2e/kubectl",
                "-n",
                NAMESPACE,
                "logs",
                "--selector=app.kubernetes.io/name=dropprobe",
                "--all-containers",
                "--prefix",
                "--tail=40"))
        .output();
  }

  /** Pods of the operator, those that are shutting down too. */
  static int operators() {
    return (int)
        API.pods().inNamespace(NAMESPACE).list().getItems().stream()
            .filter(p -> p.getMetadata().getName().startsWith("dropprobe-operator-"))
            .count();
  }

  /** Waits until exactly this many operators run. */
  static void scaleOperator(int replicas) {
    kubectl("-n", NAMESPACE, "scale", "deployment/dropprobe-operator", "--replicas=" + replicas);
    awaitRollout(NAMESPACE, "deployment/dropprobe-operator");
    Await.until("%d operators".formatted(replicas), Cluster::operators, n -> n == replicas);
  }

  /** What the node reports; it must be there. */
  static DropProbeNode report(String name) {
    return API.resources(DropProbeNode.class).withName(name).get();
  }

  /** Runs a shell command as root on the node; it must succeed. */
  static String ssh(String node, String command) {
    return Shell.output("e2e/cluster", "ssh", "--name", NAME, node, command);
  }

  /** Like {@link #ssh}, for a command that may fail. */
  static Shell.Result trySsh(String node, String command) {
    return Shell.run(sshCommand(node, command));
  }

  /** The words that {@link #ssh} runs. */
  static List<String> sshCommand(String node, String command) {
    return List.of("e2e/cluster", "ssh", "--name", NAME, node, command);
  }

  /** Reboots the node and returns when it is Ready again, with another boot id. */
  static void reboot(String node) {
    Shell.output("e2e/cluster", "reboot", "--name", NAME, node);
  }

  /** Lets the API server answer nothing, with its connections open, until {@link #thaw}. */
  static void freeze() {
    Shell.output("e2e/cluster", "freeze", "--name", NAME);
  }

  /** Ends {@link #freeze}. */
  static void thaw() {
    Shell.output("e2e/cluster", "thaw", "--name", NAME);
  }

  /** Sets the node's clock; negative is back. */
  static void stepClock(String node, int seconds) {
    ssh(node, "date -s @$(($(date +%s) + " + seconds + "))");
  }

  static boolean moduleLoaded(String node) {
    return trySsh(node, "test -d /sys/module/dropprobe").status() == 0;
  }

  static boolean activated(String node) {
    return trySsh(node, "grep -q '^activated:y' /proc/mooc/net/drop-packet").status() == 0;
  }

  /** The agent's pod on the node, or null. */
  static Pod agent(String node) {
    return API
        .pods()
        .inNamespace(NAMESPACE)
        .withLabel("app.kubernetes.io/component", "agent")
        .list()
        .getItems()
        .stream()
        .filter(p -> node.equals(p.getSpec().getNodeName()))
        .filter(p -> p.getMetadata().getDeletionTimestamp() == null)
        .findFirst()
        .orElse(null);
  }

  /**
   * Waits until the node's agent is there and ready, and is another than the given one (uid; may be
   * null).
   */
  static Pod awaitAgent(String node, String otherThanUid) {
    return Await.until(
        "a ready agent on " + node,
        () -> agent(node),
        p ->
            p != null
                && !p.getMetadata().getUid().equals(otherThanUid)
                && p.getStatus().getContainerStatuses().size() == 2
                && p.getStatus().getContainerStatuses().stream().allMatch(c -> c.getReady()));
  }

  /** How often the container of the node's agent has restarted. */
  static int agentRestarts(String node) {
    return container(node, "node-agent").getRestartCount();
  }

  /** How often the operator's container has restarted. */
  static int operatorRestarts() {
    return API.pods().inNamespace(NAMESPACE).list().getItems().stream()
        .filter(p -> p.getMetadata().getName().startsWith("dropprobe-operator-"))
        .flatMap(p -> p.getStatus().getContainerStatuses().stream())
        .mapToInt(ContainerStatus::getRestartCount)
        .sum();
  }

  /** Kills the agent's process with SIGKILL. */
  static void killAgent(String node) {
    kill(node, "node-agent");
  }

  /** Kills all processes of a container of the node's agent with SIGKILL, by the container's ID. */
  static void kill(String node, String container) {
    var id = container(node, container).getContainerID().replace("containerd://", "");
    ssh(node, "ctr -n k8s.io task kill --all -s SIGKILL " + id);
  }

  private static ContainerStatus container(String node, String name) {
    return agent(node).getStatus().getContainerStatuses().stream()
        .filter(c -> c.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** Waits until the node's drop maker runs again, after its Node was deleted or rebooted. */
  static void awaitMaker(String node) {
    awaitRollout(MAKERS, "daemonset/drop-maker");
    Await.until("the drop maker is running", () -> inMaker(node, "echo", "here"), "here"::equals);
  }

  /** Runs a command in the drop maker of the node; it must succeed. */
  static String inMaker(String node, String... command) {
    var line = new ArrayList<>(List.of("-n", MAKERS, "exec", maker(node), "--"));
    line.addAll(List.of(command));
    return kubectl(line.toArray(String[]::new));
  }

  /** The address of the node's drop maker. */
  static String makerAddress(String node) {
    return makerPod(node).getStatus().getPodIP();
  }

  private static String maker(String node) {
    return makerPod(node).getMetadata().getName();
  }

  private static Pod makerPod(String node) {
    return API.pods().inNamespace(MAKERS).withLabel("app", "drop-maker").list().getItems().stream()
        .filter(p -> node.equals(p.getSpec().getNodeName()))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no drop maker on " + node));
  }

  /** Makes exactly this many drops of reason NO_SOCKET on the node, in a pod's namespace. */
  static void dropUdp(String node, int packets) {
    sendUdp(node, "127.0.0.1", CLOSED_PORT, packets);
  }

  /** Sends datagrams from the drop maker of the node. */
  static void sendUdp(String node, String address, int port, int packets) {
    inMaker(
        node, "traffic", "udp-send", address, Integer.toString(port), Integer.toString(packets));
  }

  /** Makes such drops, 50 a second, until {@link #stopDrops}. */
  static void startDrops(String node) {
    inMaker(
        node,
        "sh",
        "-c",
        "rm -f /tmp/sent /tmp/done; touch /tmp/go; (while [ -e /tmp/go ]; do"
            + " traffic udp-send 127.0.0.1 %d 50 && echo >>/tmp/sent; sleep 1; done; touch /tmp/done)"
                .formatted(CLOSED_PORT)
            + " >/dev/null 2>&1 &");
  }

  /** Ends {@link #startDrops}, and says how many packets it has sent. */
  static int stopDrops(String node) {
    var rounds =
        inMaker(
            node,
            "sh",
            "-c",
            "rm /tmp/go; while [ ! -e /tmp/done ]; do sleep 0.2; done; wc -l </tmp/sent");
    return 50 * Integer.parseInt(rounds.strip());
  }
}
