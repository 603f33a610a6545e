// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.v1alpha1.Predecessor;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.fabric8.kubernetes.api.model.Condition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When reports are written, and what they hold. */
class ReportingTest extends NodeTestCase {
  @Test
  void reportsRateOfLastInterval() {
    applied("a", "u1");
    assertNull(a().refusedPerSecond, "the first report has no rate");
    node.run(Duration.ofSeconds(60));
    assertEquals("0", a().refusedPerSecond);
    node.run(Duration.ofMinutes(2));
    for (int i = 0; i < 60; i++) {
      kernel.drop("NO_SOCKET", 2);
      kernel.drop("NETFILTER_DROP", 1);
      node.run(Duration.ofSeconds(1));
    }
    node.change("a", p -> p.getSpec().duration = "1h");
    double rate = Double.parseDouble(a().refusedPerSecond);
    assertTrue(rate > 2.5 && rate < 3.5, a().refusedPerSecond);
    double reason = Double.parseDouble(a().causes.get(0).perSecond);
    assertTrue(reason > 1.6 && reason < 2.4, a().causes.get(0).perSecond);

    node.run(Duration.ofSeconds(61));
    assertEquals("0", a().refusedPerSecond, "the drops have stopped");
    assertEquals("0", a().causes.get(0).perSecond);
    int before = node.api.reports.size();
    node.run(Duration.ofMinutes(3));
    assertEquals(before, node.api.reports.size());
  }

  @Test
  void keepsRateAcrossRestart() {
    applied("a", "u1");
    node.report();
    for (int i = 0; i < 60; i++) {
      kernel.drop("NO_SOCKET", 2);
      node.run(Duration.ofSeconds(1));
    }
    node.start();
    node.settle();
    double rate = Double.parseDouble(a().refusedPerSecond);
    assertTrue(rate > 1 && rate <= 2, a().refusedPerSecond);
  }

  @Test
  void unchangedReportIsWrittenAsHeartbeat() {
    applied("a", "u1");
    // Until the rate is known, which changes the report.
    node.run(Duration.ofSeconds(60));
    int before = node.api.reports.size();
    node.run(Duration.ofSeconds(220));
    assertEquals(before, node.api.reports.size());
    node.run(Duration.ofSeconds(85));
    assertEquals(before + 1, node.api.reports.size());
  }

  @Test
  void reportsAtOnceAfterLongAbsence() {
    applied("a", "u1");
    // A new agent does not know how long the build took, which changes the report.
    node.start();
    node.report();
    time.pass(Duration.ofSeconds(40));
    int before = node.api.reports.size();
    node.start();
    node.settle();
    assertEquals(before, node.api.reports.size(), "the report is unchanged and recent");
    time.pass(Duration.ofMinutes(20));
    node.start();
    node.pass();
    assertTrue(
        node.api.reports.size() > before, "the operator must learn that the node reports again");
  }

  @Test
  void fullReportOmitsSmallestRemovedProbes() {
    for (int i = 0; i < 80; i++) {
      String name = "removed-%02d".formatted(i);
      applied(name, "g" + i);
      kernel.drop("NO_SOCKET", 1);
      node.change(name, TestProbe.elsewhere());
    }
    applied("zz", "u1");
    node.report();
    assertEquals(64, node.api.last().probes.size());
    assertEquals(ProbeState.Active, node.state("zz"));
  }

  @Test
  void writesCountsOncePerInterval() {
    applied("a", "u1");
    node.run(Duration.ofSeconds(60));
    int before = node.api.reports.size();
    for (int i = 0; i < 300; i++) {
      kernel.drop("NO_SOCKET", 1);
      node.run(Duration.ofSeconds(1));
    }
    int writes = node.api.reports.size() - before;
    assertTrue(writes == 10 || writes == 11, writes + " writes in five minutes");
  }

  @Test
  void followsIntervalInForce() {
    applied("a", "u1");
    node.run(Duration.ofSeconds(70)); // the module is proven
    node.change("a", p -> p.getStatus().reportInterval = "2m0s");
    int before = node.api.reports.size();
    for (int i = 0; i < 360; i++) {
      kernel.drop("NO_SOCKET", 1);
      node.run(Duration.ofSeconds(1));
    }
    assertEquals(3, node.api.reports.size() - before);
  }

  @Test
  void restsBetweenPassesOnSlowMachine() {
    appliedFor("shop");
    assertTrue(node.passesIn(Duration.ofMinutes(1)) >= 25, "pods are looked for every two seconds");
    kernel.slowness = Duration.ofMillis(300);
    int passes = node.passesIn(Duration.ofMinutes(1));
    assertTrue(passes >= 6 && passes <= 14, passes + " passes a minute, each of 300 ms or more");
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S,",
    "PT59S,",
    "PT-59S,",
    "PT1M20S, 1m0s ahead of the API server's",
    "PT-1H, 1h0m0s behind the API server's"
  })
  void reportsClockThatIsWrongByAMinute(Duration skew, @Nullable String text) {
    node.time.skew(skew);
    node.settle();
    List<String> messages =
        node.now().conditions.stream()
            .filter(c -> c.getType().equals("ClockSynchronized"))
            .map(Condition::getMessage)
            .toList();
    assertEquals(text == null ? 0 : 1, messages.size(), messages::toString);
    assertTrue(text == null || messages.get(0).startsWith("the node's clock is " + text));
  }

  @Test
  void reportsJournalThatCannotBeWrittenUntilItCan() throws IOException {
    node.settle();
    Path journal = node.stateDir().resolve("journal");
    Files.deleteIfExists(journal);
    Path obstacle = Files.createDirectories(journal.resolve("obstacle"));
    node.run(Duration.ofMinutes(6));
    assertEquals(
        List.of("JournalNotSaved"),
        node.now().conditions.stream()
            .filter(c -> c.getType().equals("JournalSaved"))
            .map(Condition::getReason)
            .toList());

    Files.delete(obstacle);
    Files.delete(journal);
    node.run(Duration.ofMinutes(6));
    assertTrue(node.now().conditions.stream().noneMatch(c -> c.getType().equals("JournalSaved")));
  }

  @Test
  void everyReportHasCountsOfEarlierNodes() {
    Predecessor earlier = new Predecessor();
    earlier.nodeUID = "node-uid-0";
    node.api.predecessors = List.of(earlier);
    node.settle();
    node.run(Duration.ofMinutes(6));
    assertTrue(node.api.reports.size() > 1);
    node.api.reports.forEach(r -> assertEquals("node-uid-0", r.predecessors.get(0).nodeUID));
  }

  @Test
  void conditionsKeepTransitionTimeWhileStatusStays() {
    applied("a", "u1");
    String loaded = node.api.last().conditions.get(3).getLastTransitionTime();
    time.pass(Duration.ofSeconds(30));
    node.start();
    node.change("a", p -> p.getSpec().active = false);
    assertEquals(loaded, node.api.last().conditions.get(3).getLastTransitionTime());
  }
}
