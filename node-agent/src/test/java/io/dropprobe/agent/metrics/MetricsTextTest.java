// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.agent.count.CauseKey;
import io.dropprobe.agent.count.Counts;
import io.dropprobe.agent.count.Freed;
import io.dropprobe.api.catalog.DropClass;
import io.dropprobe.api.catalog.Effect;
import io.dropprobe.api.v1alpha1.Counters;
import io.dropprobe.api.v1alpha1.Direction;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.ModuleInfo;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MetricsTextTest {
  private static final AgentStats OWN = new AgentStats("0.1.0", 10, 1, 3, 2);

  private static DropProbeNodeStatus status() {
    DropProbeNodeStatus s = new DropProbeNodeStatus();
    s.module = new ModuleInfo();
    s.module.state = ModuleState.Loaded;
    s.module.version = "0.1.0";
    s.module.srcversion = "ABCD";
    s.conditions =
        List.of(new ConditionBuilder().withType("ModuleLoaded").withStatus("True").build());
    ProbeReport a = new ProbeReport();
    a.name = "a";
    a.state = ProbeState.Active;
    ProbeReport b = new ProbeReport();
    b.name = "b";
    b.state = ProbeState.Failed;
    ProbeReport c = new ProbeReport();
    c.name = "c";
    c.state = ProbeState.Active;
    s.probes = List.of(a, b, c);
    return s;
  }

  @Test
  void countsAreRenderedBeforeFirstReport() {
    String text = MetricsText.render(null, counts(), OWN);
    assertTrue(text.contains("dropprobe_lost_segments_total{probe=\"a\"} 12\n"), text);
    assertFalse(text.contains("dropprobe_probe_active"), text);
    assertFalse(MetricsText.render(null, Map.of(), OWN).contains("dropprobe_lost"));
  }

  private static Map<String, Counts> counts() {
    Map<CauseKey, Freed> ofA =
        Map.of(
            key("FULL", DropClass.Congestion, Direction.In),
            freed(7),
            key("FULL", DropClass.Congestion, Direction.Out),
            freed(1),
            new CauseKey("other", Effect.Lost, null, Direction.Unknown),
            freed(2),
            key("NO_SOCKET", DropClass.ClosedPort, Direction.In),
            freed(3),
            key("PURGE", DropClass.Close, Direction.In),
            freed(4),
            key("CLOSED", DropClass.Close, Direction.In),
            freed(1),
            key("SNIFFER", DropClass.Copy, Direction.In),
            freed(1));
    Map<CauseKey, Freed> ofC =
        Map.of(key("ODD", DropClass.Unspecified, Direction.Unknown), freed(4));
    return new TreeMap<>(
        Map.of(
            "a",
            new Counts(
                new Counters(10L, 3L, 0L, 6L, 2L, null, 0L, 12L, 900L, null),
                null,
                ofA,
                Map.of(),
                Map.of()),
            "c",
            new Counts(
                new Counters(0L, 0L, 4L, 0L, null, 6L, 0L, null, 0L, 70L),
                null,
                ofC,
                Map.of(),
                Map.of())));
  }

  private static CauseKey key(String name, DropClass dropClass, Direction direction) {
    return new CauseKey(name, dropClass.effect(), dropClass, direction);
  }

  private static Freed freed(long packets) {
    return new Freed(packets, Map.of());
  }

  @Test
  void isPrometheusText() {
    assertEquals(
        """
        # HELP dropprobe_agent_build_info The agent's version; always 1.
        # TYPE dropprobe_agent_build_info gauge
        dropprobe_agent_build_info{version="0.1.0"} 1
        # HELP dropprobe_agent_passes_total Passes of the agent's loop, by result.
        # TYPE dropprobe_agent_passes_total counter
        dropprobe_agent_passes_total{result="ok"} 9
        dropprobe_agent_passes_total{result="error"} 1
        # HELP dropprobe_agent_report_writes_total Writes of the DropProbeNode, by result.
        # TYPE dropprobe_agent_report_writes_total counter
        dropprobe_agent_report_writes_total{result="ok"} 3
        dropprobe_agent_report_writes_total{result="error"} 2
        # HELP dropprobe_module_state 1 for the state of the kernel module, 0 for the others.
        # TYPE dropprobe_module_state gauge
        dropprobe_module_state{state="Absent"} 0
        dropprobe_module_state{state="Building"} 0
        dropprobe_module_state{state="Loaded"} 1
        dropprobe_module_state{state="Unsupported"} 0
        dropprobe_module_state{state="Failed"} 0
        # HELP dropprobe_module_info The loaded kernel module; always 1.
        # TYPE dropprobe_module_info gauge
        dropprobe_module_info{version="0.1.0",srcversion="ABCD"} 1
        # HELP dropprobe_condition Conditions of the node: 1 True, 0 False, -1 Unknown.
        # TYPE dropprobe_condition gauge
        dropprobe_condition{type="ModuleLoaded"} 1
        # HELP dropprobe_probe_active Whether the probe counts on this node.
        # TYPE dropprobe_probe_active gauge
        dropprobe_probe_active{probe="a"} 1
        dropprobe_probe_active{probe="b"} 0
        dropprobe_probe_active{probe="c"} 1
        # HELP dropprobe_lost_packets_total Lost packets.
        # TYPE dropprobe_lost_packets_total counter
        dropprobe_lost_packets_total{probe="a",class="Congestion",cause="FULL",direction="in"} 7
        dropprobe_lost_packets_total{probe="a",class="Congestion",cause="FULL",direction="out"} 1
        dropprobe_lost_packets_total{probe="a",class="other",cause="other",direction="unknown"} 2
        # HELP dropprobe_lost_segments_total Lost packets, as on the wire.
        # TYPE dropprobe_lost_segments_total counter
        dropprobe_lost_segments_total{probe="a"} 12
        dropprobe_lost_segments_total{probe="c"} 0
        # HELP dropprobe_lost_bytes_total Bytes of lost packets.
        # TYPE dropprobe_lost_bytes_total counter
        dropprobe_lost_bytes_total{probe="a"} 900
        dropprobe_lost_bytes_total{probe="c"} 0
        # HELP dropprobe_refused_packets_total Packets that a rule, a filter or a closed port refused.
        # TYPE dropprobe_refused_packets_total counter
        dropprobe_refused_packets_total{probe="a",class="ClosedPort",cause="NO_SOCKET",direction="in"} 3
        # HELP dropprobe_unclear_packets_total Freed packets of which the kernel does not say whether they are lost.
        # TYPE dropprobe_unclear_packets_total counter
        dropprobe_unclear_packets_total{probe="c",class="Unspecified",cause="ODD",direction="unknown"} 4
        # HELP dropprobe_noise_packets_total Packets that were freed as dropped, although nothing is missing.
        # TYPE dropprobe_noise_packets_total counter
        dropprobe_noise_packets_total{probe="a",class="Close"} 5
        dropprobe_noise_packets_total{probe="a",class="Copy"} 1
        # HELP dropprobe_silent_packets_total Those of the lost packets that were not freed as dropped, but only counted.
        # TYPE dropprobe_silent_packets_total counter
        dropprobe_silent_packets_total{probe="a"} 2
        # HELP dropprobe_traffic_packets_total Packets that IP has received and sent in the namespaces that a probe matches.
        # TYPE dropprobe_traffic_packets_total counter
        dropprobe_traffic_packets_total{probe="c"} 70
        # HELP dropprobe_undecided_packets_total Packets whose network namespace is unknown; in no other metric.
        # TYPE dropprobe_undecided_packets_total counter
        dropprobe_undecided_packets_total{probe="c"} 6
        # HELP dropprobe_unkeyed_packets_total Packets counted without detail, because the kernel's table was full.
        # TYPE dropprobe_unkeyed_packets_total counter
        dropprobe_unkeyed_packets_total{probe="a"} 0
        dropprobe_unkeyed_packets_total{probe="c"} 0
        """,
        MetricsText.render(status(), counts(), OWN));
  }

  @Test
  void unknownCountsHaveNoLine() {
    String text = MetricsText.render(status(), counts(), OWN);
    assertFalse(text.contains("bytes_total{probe=\"b\"}"));
    assertFalse(MetricsText.render(null, Map.of(), OWN).contains("dropprobe_module_state"));
  }

  @Test
  void escapesValuesOfLabels() {
    DropProbeNodeStatus s = status();
    s.module.version = "a\"b\\c\nd";
    String text = MetricsText.render(s, counts(), OWN);
    assertEquals(true, text.contains("version=\"a\\\"b\\\\c\\nd\""), text);
  }
}
