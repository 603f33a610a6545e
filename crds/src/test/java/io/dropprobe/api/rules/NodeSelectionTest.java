package io.dropprobe.api.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.v1alpha1.DropProbeSpec;
import io.dropprobe.api.v1alpha1.ProbeToleration;
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
  void withoutSelectorEveryLinuxNode() {
    assertTrue(NodeSelection.selects(spec, LINUX, null, false));
    assertFalse(NodeSelection.selects(spec, Map.of("kubernetes.io/os", "windows"), null, false));
    assertFalse(NodeSelection.selects(spec, null, null, false));
  }

  @Test
  void everyLabelOfTheSelectorMustBeThere() {
    spec.nodeSelector = Map.of("zone", "a", "disk", "ssd");
    Map<String, String> labels = Map.of("kubernetes.io/os", "linux", "zone", "a", "disk", "ssd");
    assertTrue(NodeSelection.selects(spec, labels, null, false));
    assertFalse(
        NodeSelection.selects(spec, Map.of("kubernetes.io/os", "linux", "zone", "a"), null, false));
  }

  @Test
  void aSelectorCanNotAskForAnotherSystem() {
    spec.nodeSelector = Map.of("kubernetes.io/os", "windows");
    assertFalse(NodeSelection.selects(spec, Map.of("kubernetes.io/os", "windows"), null, false));
    assertFalse(NodeSelection.selects(spec, LINUX, null, false));
  }

  @Test
  void noSpecSelectsNothing() {
    assertFalse(NodeSelection.selects(null, LINUX, null, false));
  }

  @Test
  void everyTaintMustBeTolerated() {
    Taint gpu = taint("gpu", "yes", "NoSchedule");
    Taint special = taint("special", null, "NoExecute");
    assertFalse(NodeSelection.selects(spec, LINUX, List.of(gpu), false));
    spec.tolerations = List.of(toleration("gpu", "Equal", "yes", null));
    assertTrue(NodeSelection.selects(spec, LINUX, List.of(gpu), false));
    assertFalse(NodeSelection.selects(spec, LINUX, List.of(gpu, special), false));
  }

  /** Same answers as Toleration.ToleratesTaint of Kubernetes; empty columns are absent fields. */
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
  void toleratesAsAPodDoes(String key, String operator, String value, String effect, boolean yes) {
    spec.tolerations = List.of(toleration(key, operator, value, effect));
    assertEquals(
        yes, NodeSelection.selects(spec, LINUX, List.of(taint("gpu", "yes", "NoSchedule")), false));
  }

  @ParameterizedTest
  @CsvSource({
    "node.kubernetes.io/unschedulable, NoSchedule",
    "node.kubernetes.io/not-ready, NoExecute",
    "node.kubernetes.io/not-ready, NoSchedule",
    "node.kubernetes.io/network-unavailable, NoSchedule",
    "anything, PreferNoSchedule"
  })
  void cordonDrainAndNotReadyDoNotUnselect(String key, String effect) {
    assertTrue(NodeSelection.selects(spec, LINUX, List.of(taint(key, null, effect)), false));
  }

  /** As they are set on nodes that are being drained, or whose network is down. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ToBeDeletedByClusterAutoscaler",
        "karpenter.sh/disrupted",
        "node.cloudprovider.kubernetes.io/shutdown",
        "node.cilium.io/agent-not-ready"
      })
  void nodeThatIsDrainedStaysSelected(String key) {
    assertTrue(NodeSelection.selects(spec, LINUX, List.of(taint(key, null, "NoSchedule")), false));
    assertFalse(NodeSelection.selects(spec, LINUX, List.of(taint(key, null, "NoExecute")), true));
  }

  @Test
  void noScheduleKeepsNewProbesAwayAndEndsNoneThatIsThere() {
    List<Taint> taints = List.of(taint("maintenance", null, "NoSchedule"));
    assertFalse(NodeSelection.selects(spec, LINUX, taints, false));
    assertTrue(NodeSelection.selects(spec, LINUX, taints, true));
  }

  @Test
  void noExecuteAndLabelsEndWhatIsThere() {
    assertFalse(
        NodeSelection.selects(spec, LINUX, List.of(taint("gone", null, "NoExecute")), true));
    spec.nodeSelector = Map.of("zone", "a");
    assertFalse(NodeSelection.selects(spec, LINUX, List.of(), true));
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
