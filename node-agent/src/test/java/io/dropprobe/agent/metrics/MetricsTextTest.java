// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.ModuleInfo;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.api.v1alpha1.ReasonCount;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.util.List;
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
    a.packets = 9L;
    a.segments = 10L;
    a.bytes = 900L;
    a.noise = 2L;
    a.unkeyed = 0L;
    a.reasons =
        List.of(
            new ReasonCount("NO_SOCKET", 7L, null, null), new ReasonCount("other", 2L, null, null));
    ProbeReport b = new ProbeReport();
    b.name = "b";
    b.state = ProbeState.Failed;
    ProbeReport c = new ProbeReport();
    c.name = "c";
    c.state = ProbeState.Active;
    c.packets = 4L;
    s.probes = List.of(a, b, c);
    return s;
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
        # HELP dropprobe_drops_packets_total Dropped packets by probe and kernel reason.
        # TYPE dropprobe_drops_packets_total counter
        dropprobe_drops_packets_total{probe="a",reason="NO_SOCKET"} 7
        dropprobe_drops_packets_total{probe="a",reason="other"} 2
        dropprobe_drops_packets_total{probe="c",reason="unknown"} 4
        # HELP dropprobe_drops_segments_total Dropped packets, counted as segments on the wire.
        # TYPE dropprobe_drops_segments_total counter
        dropprobe_drops_segments_total{probe="a"} 10
        # HELP dropprobe_drops_bytes_total Bytes of dropped packets.
        # TYPE dropprobe_drops_bytes_total counter
        dropprobe_drops_bytes_total{probe="a"} 900
        # HELP dropprobe_noise_packets_total Packets freed without loss.
        # TYPE dropprobe_noise_packets_total counter
        dropprobe_noise_packets_total{probe="a"} 2
        # HELP dropprobe_unkeyed_packets_total Drops counted without detail, because the kernel's table was full.
        # TYPE dropprobe_unkeyed_packets_total counter
        dropprobe_unkeyed_packets_total{probe="a"} 0
        """,
        MetricsText.render(status(), OWN));
  }

  @Test
  void unknownCountsHaveNoLine() {
    assertFalse(MetricsText.render(status(), OWN).contains("bytes_total{probe=\"b\"}"));
    assertFalse(MetricsText.render(null, OWN).contains("dropprobe_module_state"));
  }

  @Test
  void escapesValuesOfLabels() {
    DropProbeNodeStatus s = status();
    s.module.version = "a\"b\\c\nd";
    String text = MetricsText.render(s, OWN);
    assertEquals(true, text.contains("version=\"a\\\"b\\\\c\\nd\""), text);
  }
}
