// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.v1alpha1.DropProbeSpec;
import io.dropprobe.api.v1alpha1.ProbeToleration;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.TaintBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NodeSelectionTest {
  private static final Map<String, String> LINUX = Map.of("kubernetes.io/os", "linux");
  private final DropProbeSpec spec = new DropProbeSpec();

  @Test
  void selectsEveryLinuxNodeWithoutSelector() {
    assertTrue(selects(LINUX, List.of(), false));
    assertFalse(selects(Map.of("kubernetes.io/os", "windows"), List.of(), false));
    assertFalse(selects(Map.of(), List.of(), false));
  }

  @Test
  void requiresEveryLabelOfTheSelector() {
    spec.nodeSelector = Map.of("zone", "a", "disk", "ssd");
    Map<String, String> labels = Map.of("kubernetes.io/os", "linux", "zone", "a", "disk", "ssd");
    assertTrue(selects(labels, List.of(), false));
    assertFalse(selects(Map.of("kubernetes.io/os", "linux", "zone", "a"), List.of(), false));
  }

  @Test
  void selectsOnlyLinuxWhateverTheSelector() {
    spec.nodeSelector = Map.of("kubernetes.io/os", "windows");
    assertFalse(selects(Map.of("kubernetes.io/os", "windows"), List.of(), false));
    assertFalse(selects(LINUX, List.of(), false));
  }

  @Test
  void selectsNothingWithoutSpec() {
    assertFalse(NodeSelection.selects(null, new NodeFacts("uid", LINUX, List.of()), false));
  }

  @Test
  void requiresEveryTaintToBeTolerated() {
    Taint gpu = taint("gpu", "yes", "NoSchedule");
    Taint special = taint("special", null, "NoExecute");
    assertFalse(selects(LINUX, List.of(gpu), false));
    spec.tolerations = List.of(toleration("gpu", "Equal", "yes", null));
    assertTrue(selects(LINUX, List.of(gpu), false));
    assertFalse(selects(LINUX, List.of(gpu, special), false));
  }

  /** The results of Toleration.ToleratesTaint in Kubernetes; empty columns are absent fields. */
  @ParameterizedTest
  @CsvSource({
    "gpu, Equal,  yes, NoSchedule, true",
    "gpu,      ,  yes,           , true",
    "gpu, Equal,   no, NoSchedule, false",
    "gpu, Equal,     , NoSchedule, false",
    "gpu, Exists,    , NoSchedule, true",
    "gpu, Exists,    , NoExecute,  false",
    "cpu, Exists,    ,           , false",
    "   , Exists,    ,           , true",
    "   , Exists,    , NoExecute,  false",
    "   ,       ,    ,           , false",
  })
  void toleratesTaintsLikeAPod(
      String key, String operator, String value, String effect, boolean yes) {
    spec.tolerations = List.of(toleration(key, operator, value, effect));
    assertEquals(yes, selects(LINUX, List.of(taint("gpu", "yes", "NoSchedule")), false));
  }

  @ParameterizedTest
  @CsvSource({
    "node.kubernetes.io/unschedulable, NoSchedule",
    "node.kubernetes.io/not-ready, NoExecute",
    "node.kubernetes.io/not-ready, NoSchedule",
    "node.kubernetes.io/network-unavailable, NoSchedule",
    "anything, PreferNoSchedule"
  })
  void staysSelectedWhenCordonedDrainedOrNotReady(String key, String effect) {
    assertTrue(selects(LINUX, List.of(taint(key, null, effect)), false));
  }

  /** Taints of nodes that are being drained, or whose network is down. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ToBeDeletedByClusterAutoscaler",
        "karpenter.sh/disrupted",
        "node.cloudprovider.kubernetes.io/shutdown",
        "node.cilium.io/agent-not-ready"
      })
  void staysSelectedWithTransientTaint(String key) {
    assertTrue(selects(LINUX, List.of(taint(key, null, "NoSchedule")), false));
    assertFalse(selects(LINUX, List.of(taint(key, null, "NoExecute")), true));
  }

  @Test
  void nodeWithoutUidLabelsAndSpecHasEmptyFacts() {
    Node node = new Node();
    node.setMetadata(new ObjectMeta());
    node.getMetadata().setLabels(null);
    assertEquals(new NodeFacts("", Map.of(), List.of()), NodeFacts.of(node));
  }

  @Test
  void noSchedulePreventsANewSelectionButEndsNone() {
    List<Taint> taints = List.of(taint("maintenance", null, "NoSchedule"));
    assertFalse(selects(LINUX, taints, false));
    assertTrue(selects(LINUX, taints, true));
  }

  @Test
  void noExecuteAndLabelsEndASelection() {
    assertFalse(selects(LINUX, List.of(taint("gone", null, "NoExecute")), true));
    spec.nodeSelector = Map.of("zone", "a");
    assertFalse(selects(LINUX, List.of(), true));
  }

  private boolean selects(Map<String, String> labels, List<Taint> taints, boolean selected) {
    return NodeSelection.selects(spec, new NodeFacts("uid", labels, taints), selected);
  }

  private static Taint taint(String key, String value, String effect) {
    return new TaintBuilder().withKey(key).withValue(value).withEffect(effect).build();
  }

  private static ProbeToleration toleration(
      String key, String operator, String value, String effect) {
    ProbeToleration t = new ProbeToleration();
    t.key = key;
    t.operator = operator == null ? null : ProbeToleration.Operator.valueOf(operator);
    t.value = value;
    t.effect = effect == null ? null : ProbeToleration.Effect.valueOf(effect);
    return t;
  }
}
