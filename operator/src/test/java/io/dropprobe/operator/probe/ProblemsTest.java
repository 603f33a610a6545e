// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.api.v1alpha1.NodeSummary;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.api.v1alpha1.Problem;
import io.dropprobe.operator.probe.Verdict.Kind;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProblemsTest {
  private static final List<Problem> BAD_SETTINGS =
      InstallationProblems.of(Optional.of("leas: unknown key"), Optional.empty());

  private static final Patience PATIENT = new Patience(false, null, false, Set.of(), 0);

  private static Verdict failed(String node, String reason) {
    return new Verdict(node, Kind.FAILED, reason, "message");
  }

  @Test
  void neverLeavesOutProblemsOfTheInstallation() {
    List<Verdict> verdicts =
        IntStream.range(0, 9).mapToObj(i -> failed("n" + i, "Reason" + i)).toList();
    List<Problem> problems = Problems.of(verdicts, BAD_SETTINGS);
    assertEquals(5, problems.size());
    assertEquals("BadSettings", problems.get(4).reason);
  }

  @Test
  void addsTheTroubleOfThePodOfAnAgentThatDoesNotReport() {
    List<Problem> problems =
        Problems.of(
            List.of(
                new Verdict("a", Kind.PENDING, "AgentNotReporting", "not yet"),
                new Verdict("b", Kind.STALE, "ReportStale", "last report at noon"),
                failed("c", "BuildFailed")),
            BAD_SETTINGS);
    Problems.explain(problems, n -> n.equals("b") ? Optional.empty() : Optional.of("pod " + n));
    assertEquals(
        List.of("pod a; not yet", "message", "last report at noon", "leas: unknown key"),
        problems.stream().map(p -> p.message).toList());
  }

  @Test
  void readyNamesTheFirstPendingNodes() {
    List<Verdict> verdicts =
        IntStream.range(0, 8)
            .mapToObj(i -> new Verdict("n" + i, i == 0 ? Kind.ACTIVE : Kind.PENDING, "R", "m"))
            .toList();
    assertEquals(
        "7 of 8 selected nodes are not ready yet: n1, n2, n3, n4, n5 and 2 more",
        Readiness.of(verdicts, NodeTally.count(verdicts), List.of(), ProbeState.Active, PATIENT)
            .message());
  }

  @Test
  void readyNamesTheProblemOfTheNodes() {
    NodeSummary counts = new NodeSummary();
    counts.selected = 1;
    counts.failed = 1;
    counts.ready = counts.pending = counts.stale = counts.unsupported = 0;
    List<Verdict> verdicts = List.of(failed("a", "SignatureEnforced"));
    List<Problem> problems = Problems.of(verdicts, BAD_SETTINGS);
    assertEquals(
        "none of 1 selected nodes can count: SignatureEnforced; see status.problems",
        Readiness.of(verdicts, counts, problems, ProbeState.Active, PATIENT).message());
    assertEquals(
        "none of 1 selected nodes can count; see status.problems",
        Readiness.of(verdicts, counts, BAD_SETTINGS, ProbeState.Active, PATIENT).message());
  }
}
