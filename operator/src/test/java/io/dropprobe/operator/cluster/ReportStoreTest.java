// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.operator.testing.Reports;
import io.dropprobe.operator.testing.TestClock;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntryBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How old a report is, whatever the clocks of nodes say, and while the operator's own is moved. */
class ReportStoreTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private final TestClock clock = new TestClock();
  private final ReportStore store = new ReportStore(r -> r, clock);

  private void arrives(DropProbeNode report) {
    store.put(store.getKey(report), report);
  }

  private static DropProbeNode report(Instant reportedAt) {
    return Reports.report("a", reportedAt);
  }

  /** The API server's record of the agent's last write. */
  private static DropProbeNode written(Instant at, Instant reportedAt) {
    DropProbeNode report = report(reportedAt);
    report
        .getMetadata()
        .setManagedFields(
            List.of(
                new ManagedFieldsEntryBuilder()
                    .withManager("dropprobe-agent")
                    .withSubresource("status")
                    .withTime(Times.format(at))
                    .build(),
                new ManagedFieldsEntryBuilder()
                    .withManager("kubectl-annotate")
                    .withTime(Times.format(NOON))
                    .build()));
    return report;
  }

  @ParameterizedTest
  @ValueSource(strings = {"2026-01-01T11:00:00Z", "2026-01-01T12:00:00Z", "2027-01-01T00:00:00Z"})
  void isZeroWhenItChangesWhateverItsTime(String reportedAt) {
    arrives(report(NOON));
    clock.passes(Duration.ofMinutes(20));
    DropProbeNode report = report(Instant.parse(reportedAt).plusSeconds(1));
    arrives(report);
    assertEquals(Duration.ZERO, store.age(report));
    clock.passes(Duration.ofMinutes(3));
    assertEquals(Duration.ofMinutes(3), store.age(report));
  }

  @ParameterizedTest
  @ValueSource(ints = {-3600, 3600})
  void isNotChangedByStepsOfTheOwnClock(int seconds) {
    DropProbeNode report = report(NOON);
    arrives(report);
    clock.passes(Duration.ofMinutes(1));
    clock.steps(Duration.ofSeconds(seconds));
    assertEquals(Duration.ofMinutes(1), store.age(report));
  }

  @Test
  void growsWhileTheSameReportIsListedOrAnnotatedAgain() {
    arrives(report(NOON));
    clock.passes(Duration.ofMinutes(5));
    DropProbeNode again = report(NOON);
    again.getMetadata().setResourceVersion("other");
    arrives(again);
    assertEquals(Duration.ofMinutes(5), store.age(again));
  }

  @Test
  void beginsAtTheServersTimeOfTheLastWrite() {
    DropProbeNode report = written(NOON.minusSeconds(600), NOON.minusSeconds(90_000));
    arrives(report);
    assertEquals(Duration.ofMinutes(10), store.age(report));
  }

  @Test
  void beginsAtItsOwnTimeIfTheServerHasNone() {
    DropProbeNode report = report(NOON.minusSeconds(600));
    arrives(report);
    assertEquals(Duration.ofMinutes(10), store.age(report));
    DropProbeNode ahead = Reports.report("b", NOON.plusSeconds(600));
    arrives(ahead);
    assertEquals(Duration.ZERO, store.age(ahead));
  }

  @Test
  void doesNotGrowWhileThereIsNoWatch() {
    DropProbeNode report = report(NOON);
    arrives(report);
    clock.passes(Duration.ofMinutes(5));
    store.look(true);
    clock.passes(Duration.ofMinutes(20));
    store.look(false);
    assertEquals(Duration.ofMinutes(5), store.age(report));
    clock.passes(Duration.ofMinutes(1));
    store.look(true);
    assertEquals(Duration.ofMinutes(6), store.age(report));
  }

  @Test
  void isForgottenWithTheReport() {
    arrives(report(NOON));
    clock.passes(Duration.ofHours(1));
    store.remove(store.getKey(report(NOON)));
    DropProbeNode next = written(NOON.plusSeconds(3600), NOON);
    arrives(next);
    assertEquals(Duration.ZERO, store.age(next));
  }
}
