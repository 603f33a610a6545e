// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PodTroubleTest {
  private static final KubernetesSerialization YAML = new KubernetesSerialization();

  @Test
  void quotesTheScheduler() {
    assertTrouble(
        "pod agent-1 is not scheduled: Unschedulable: 0/3 nodes are available",
        """
        {phase: Pending, conditions: [{type: PodScheduled, status: "False",
          reason: Unschedulable, message: 0/3 nodes are available}]}""");
  }

  @Test
  void quotesTheKubeletAboutTheContainerThatWaits() {
    assertTrouble(
        "container kmod-builder of pod agent-1 waits: ImagePullBackOff: Back-off, 100% sure",
        """
        {phase: Pending, containerStatuses: [
          {name: node-agent, state: {running: {}}},
          {name: kmod-builder, state: {waiting:
            {reason: ImagePullBackOff, message: "Back-off, 100% sure"}}}]}""");
    assertTrouble(
        "container node-agent of pod agent-1 waits: CreateContainerError",
        """
        {phase: Pending, containerStatuses: [
          {name: node-agent, state: {waiting: {reason: CreateContainerError}}}]}""");
  }

  @Test
  void saysHowAContainerThatCrashesEndedInOneLine() {
    assertTrouble(
        "container node-agent of pod agent-1 waits: CrashLoopBackOff; it ended with exit code 1,"
            + " Error: no API server at line 3",
        """
        {phase: Running, containerStatuses: [
          {name: node-agent,
           state: {waiting: {reason: CrashLoopBackOff, message: back-off 5m0s restarting}},
           lastState: {terminated: {exitCode: 1, reason: Error,
             message: "no API server\\n\\tat line 3\\n"}}}]}""");
  }

  @Test
  void reportsAnEviction() {
    assertTrouble(
        "pod agent-1 has failed: Evicted: low on memory",
        "{phase: Failed, reason: Evicted, message: low on memory}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"%z", "%1$2000000000s", "%s%s%s%n", "%", "$1\\$2"})
  void textOfAKubeletIsNoFormat(String text) {
    assertTrouble(
        "container %s of pod agent-1 waits: %s: %s".formatted(text, text, text),
        """
        {phase: Pending, containerStatuses: [
          {name: "TEXT", state: {waiting: {reason: "TEXT", message: "TEXT"}}}]}"""
            .replace("TEXT", text.replace("\\", "\\\\")));
    assertTrouble(
        "container %s of pod agent-1 waits: %s; it ended with exit code 1, %s: %s"
            .formatted(text, text, text, text),
        """
        {phase: Running, containerStatuses: [
          {name: "TEXT", state: {waiting: {reason: "TEXT", message: "TEXT"}},
           lastState: {terminated: {exitCode: 1, reason: "TEXT", message: "TEXT"}}}]}"""
            .replace("TEXT", text.replace("\\", "\\\\")));
    assertTrouble(
        "pod agent-1 has failed: %s: %s".formatted(text, text),
        "{phase: Failed, reason: \"TEXT\", message: \"TEXT\"}"
            .replace("TEXT", text.replace("\\", "\\\\")));
  }

  @Test
  void cutsNamesReasonsAndMessages() {
    String huge = "x".repeat(100_000);
    String trouble =
        PodTrouble.of(
                pod(
                    """
                    {phase: Running, containerStatuses: [
                      {name: HUGE, state: {waiting: {reason: HUGE, message: HUGE}},
                       lastState: {terminated: {exitCode: 1, reason: HUGE, message: HUGE}}}]}"""
                        .replace("HUGE", huge)))
            .orElseThrow();
    assertTrue(trouble.length() < 1400, () -> trouble.length() + " characters");
  }

  @Test
  void aPodThatStartsOrRunsIsNoTrouble() {
    assertTrouble(
        null,
        """
        {phase: Pending, conditions: [{type: PodScheduled, status: "True"}], containerStatuses: [
          {name: node-agent, state: {waiting: {reason: ContainerCreating}}}]}""");
    assertTrouble(
        null, "{phase: Running, containerStatuses: [{name: node-agent, state: {running: {}}}]}");
    assertTrouble(null, "{}");
  }

  @Test
  void findsTheNodeThatAPodIsMeantFor() {
    Pod pod =
        YAML.unmarshal(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: agent-1}
            spec:
              affinity:
                nodeAffinity:
                  requiredDuringSchedulingIgnoredDuringExecution:
                    nodeSelectorTerms:
                    - matchFields: [{key: metadata.name, operator: In, values: [a]}]
            """,
            Pod.class);
    assertTrue(PodTrouble.isFor(pod, "a"));
    assertFalse(PodTrouble.isFor(pod, "b"));
    pod.getSpec().setAffinity(null);
    assertFalse(PodTrouble.isFor(pod, "a"));
  }

  private static void assertTrouble(String expected, String status) {
    assertEquals(Optional.ofNullable(expected), PodTrouble.of(pod(status)));
  }

  private static Pod pod(String status) {
    return YAML.unmarshal(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: agent-1}\nspec: {}\nstatus: "
            + status.replace("\n", "\n  "),
        Pod.class);
  }
}
