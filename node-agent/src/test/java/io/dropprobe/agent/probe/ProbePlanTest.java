// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.agent.TestProbe;
import io.dropprobe.agent.kernel.Interfaces;
import io.dropprobe.agent.kernel.ObservedModule;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.agent.kernel.ReasonNames;
import io.dropprobe.agent.kernel.TestSnapshot;
import io.dropprobe.agent.observe.Observation;
import io.dropprobe.agent.pod.PodNetns;
import io.dropprobe.agent.trial.HookGate;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.IPFamily;
import io.dropprobe.api.v1alpha1.Match;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.api.v1alpha1.Protocol;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The commands that lead from the observed to the desired probes. */
class ProbePlanTest {
  private static final ReasonNames REASONS =
      new ReasonNames(Map.of("NO_SOCKET", 2L, "NETFILTER_DROP", 6L));

  private static final List<DropProbe> EXISTING =
      List.of(TestProbe.probe("a", "u1"), TestProbe.probe("b", "u2"));
  private static final ObservedModule LIVE =
      new ObservedModule.Live("0.1.0", "A", 0, 32L, 1, true, false);

  private boolean fits = true;
  private PodNetns podNetns = PodNetns.NONE;
  private Map<String, String> netns = Map.of();

  private static DesiredProbe desired(String name, String uid, ProbeState state, Match match) {
    return new DesiredProbe(
        name, uid, 1, Instant.EPOCH, "s", state, null, match, false, Duration.ofSeconds(30));
  }

  private static DesiredProbe active(String name, String uid) {
    return desired(name, uid, ProbeState.Active, new Match());
  }

  private static ProbeSnapshot observed(
      String name, String uid, String owner, boolean active, long lease) {
    return TestSnapshot.of(name, uid).owner(owner, lease).active(active).build();
  }

  private ProbePlan plan(List<DesiredProbe> desired, ProbeSnapshot... observed) {
    return ProbePlan.of(
        new DesiredState("n1", desired, EXISTING, true),
        new Observation(
            LIVE, List.of(observed), REASONS, Interfaces.NONE, podNetns, Map.of(), Map.of(), null),
        Map.of(),
        new Owner("me", 600),
        netns,
        HookGate.Opening.ALL,
        (p, w, o) -> fits);
  }

  private String steps(List<DesiredProbe> desired, ProbeSnapshot... observed) {
    return String.join(
        ", ",
        plan(desired, observed).steps().stream()
            .map(s -> s.getClass().getSimpleName() + " " + s.name())
            .toList());
  }

  /** The command of a step, without its tag. */
  private static String added(Step step) {
    return Commands.add((Step.Add) step, "me", 600).replaceFirst(" tag=[0-9a-f]{16}$", "");
  }

  @Test
  void settledProbeNeedsNoStep() {
    assertEquals("", steps(List.of(active("a", "u1")), observed("a", "u1", "me", true, 600)));
    assertEquals("", steps(List.of()));
  }

  @Test
  void addsAndActivatesMissingProbe() {
    assertEquals("Add a, Activate a", steps(List.of(active("a", "u1"))));
    assertEquals("Add a", steps(List.of(desired("a", "u1", ProbeState.Expired, new Match()))));
  }

  @Test
  void activatesAndDeactivatesByDesiredState() {
    DesiredProbe off = desired("a", "u1", ProbeState.Inactive, new Match());
    assertEquals("Deactivate a", steps(List.of(off), observed("a", "u1", "me", true, 600)));
    assertEquals("", steps(List.of(off), observed("a", "u1", "me", false, 600)));
    assertEquals(
        "Activate a", steps(List.of(active("a", "u1")), observed("a", "u1", "me", false, 600)));
  }

  @Test
  void renewsLeaseAfterOneThird() {
    assertEquals("", steps(List.of(active("a", "u1")), observed("a", "u1", "me", true, 401)));
    assertEquals(
        "Renew a", steps(List.of(active("a", "u1")), observed("a", "u1", "me", true, 400)));
  }

  @Test
  void renewsExpiredLeaseBeforeActivation() {
    assertEquals(
        "Renew a, Activate a",
        steps(List.of(active("a", "u1")), observed("a", "u1", "me", false, 0)));
  }

  @Test
  void replacesProbeThatDoesNotFit() {
    fits = false;
    assertEquals(
        "Deactivate a, Remove a, Add a, Activate a",
        steps(List.of(active("a", "u1")), observed("a", "u1", "me", true, 600)));
  }

  @Test
  void removesProbeOfOtherUidFirst() {
    assertEquals(
        "Deactivate a, Remove a, Add a, Activate a",
        steps(List.of(active("a", "u1")), observed("a", "old", "me", true, 600)));
  }

  @Test
  void removesUndesiredProbeOfThisNode() {
    assertEquals("Remove a", steps(List.of(), observed("a", "u1", "me", false, 600)));
  }

  @Test
  void leavesManualProbeAndOtherNodesProbesAlone() {
    ProbeSnapshot manual = observed("_manual", "-", "-", true, 0);
    assertEquals("", steps(List.of(), manual, observed("b", "u9", "you", true, 60)));
  }

  @Test
  void reportsOwnerWhoseLeaseHasNotExpired() {
    ProbePlan p = plan(List.of(active("a", "u1")), observed("a", "u1", "you", true, 1));
    assertEquals(List.of(), p.steps());
    assertEquals("you", ((Verdict.Elsewhere) p.verdicts().get("u1")).owner());
  }

  @Test
  void waitsForOlderProbeOfSameName() {
    ProbePlan p = plan(List.of(active("a", "u1")), observed("a", "old", "you", true, 1));
    assertEquals(List.of(), p.steps());
    assertInstanceOf(Verdict.Pending.class, p.verdicts().get("u1"));
  }

  @Test
  void takesOverProbeWithExpiredLease() {
    assertEquals(
        "Renew a, Activate a",
        steps(List.of(active("a", "u1")), observed("a", "u1", "you", false, 0)));
  }

  @Test
  void removesExpiredProbeOnlyOfDeletedDropProbe() {
    assertEquals("", steps(List.of(), observed("b", "u2", "you", false, 0)));
    assertEquals("Renew b, Remove b", steps(List.of(), observed("b", "u9", "you", false, 0)));
  }

  @Test
  void commandHasAllPartsOfMatchSorted() {
    Match m = new Match();
    m.protocols = List.of(Protocol.ICMPv6, Protocol.TCP);
    m.ipFamilies = List.of(IPFamily.IPv6);
    m.ports = List.of(8443, 443);
    m.cidrs = List.of("fd00::/8", "10.0.0.0/8");
    m.excludeReasons = List.of("NO_SOCKET");
    ProbePlan p = plan(List.of(desired("a", "u1", ProbeState.Active, m)));
    assertEquals(
        "add a uid=u1 owner=me lease=600 protocols=tcp,icmpv6 families=6 ports=443,8443"
            + " cidrs=10.0.0.0/8,fd00::/8 exclude-reasons=2",
        added(p.steps().get(0)));
  }

  @Test
  void probeWithoutMatchIsPlainCommand() {
    ProbePlan p = plan(List.of(active("a", "u1")));
    assertEquals("add a uid=u1 owner=me lease=600", added(p.steps().get(0)));
  }

  @Test
  void commandHasTagOfSeriesAndOptions() {
    ProbePlan p = plan(List.of(active("a", "u1")));
    String command = Commands.add((Step.Add) p.steps().get(0), "me", 600);
    assertTrue(command.matches("add a uid=u1 owner=me lease=600 tag=[0-9a-f]{16}"), command);
  }

  private DesiredProbe ofShop() {
    Match m = new Match();
    m.namespaces = List.of("shop");
    m.ports = List.of(443);
    TreeSet<String> cookies = new TreeSet<>(List.of("7"));
    podNetns = new PodNetns(Map.of("shop", cookies), null);
    return desired("a", "u1", ProbeState.Active, m);
  }

  @Test
  void netnsIsLastOptionOfAdd() {
    Step.Add add = (Step.Add) plan(List.of(ofShop())).steps().get(0);
    assertEquals("add a uid=u1 owner=me lease=600 ports=443 netns=7", added(add));
    podNetns = PodNetns.NONE;
    Match m = new Match();
    m.namespaces = List.of("shop");
    add = (Step.Add) plan(List.of(desired("a", "u1", ProbeState.Active, m))).steps().get(0);
    assertEquals("add a uid=u1 owner=me lease=600 netns=", added(add));
  }

  @Test
  void setsChangedNetnsBeforeActivation() {
    DesiredProbe w = ofShop();
    ProbeSnapshot observed = observed("a", "u1", "me", false, 600);
    assertEquals("SetNetns a, Activate a", steps(List.of(w), observed));
    Step set = plan(List.of(w), observed).steps().get(0);
    assertEquals("set a uid=u1 owner=me netns=7", Commands.set((Step.SetNetns) set, "me"));
    netns = Map.of("e1", "6,7");
    assertEquals("SetNetns a, Activate a", steps(List.of(w), observed));
    netns = Map.of("e1", "7");
    assertEquals("Activate a", steps(List.of(w), observed));
  }

  @Test
  void probeThatIsTakenOverGetsNetnsOfThisNode() {
    DesiredProbe w = ofShop();
    // Set by this agent before the other node owned the probe.
    netns = Map.of("e1", "7");
    assertEquals(
        "Renew a, SetNetns a, Activate a", steps(List.of(w), observed("a", "u1", "you", false, 0)));
  }

  @Test
  void excludingUnknownReasonsRestrictsNothing() {
    Match m = new Match();
    m.excludeReasons = List.of("FROM_THE_FUTURE");
    ProbePlan p = plan(List.of(desired("a", "u1", ProbeState.Active, m)));
    assertEquals("", ((Step.Add) p.steps().get(0)).options().all());
  }
}
