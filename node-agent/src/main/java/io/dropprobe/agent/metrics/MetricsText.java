// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.metrics;

import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.ModuleInfo;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.api.v1alpha1.ReasonCount;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Renders metrics in the Prometheus text format, version 0.0.4. */
public final class MetricsText {
  /** The format's media type. */
  public static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final StringBuilder text = new StringBuilder();

  private MetricsText() {}

  /**
   * Renders a report and the agent's own counters.
   *
   * @param status null means that there is no report yet
   * @param own counters of this process
   */
  public static String render(@Nullable DropProbeNodeStatus status, AgentStats own) {
    MetricsText m = new MetricsText();
    m.agent(own);
    if (status != null) {
      if (status.module != null) {
        m.module(status.module);
      }
      m.conditions(status.conditions == null ? List.of() : status.conditions);
      m.probes(status.probes == null ? List.of() : status.probes);
    }
    return m.text.toString();
  }

  private void agent(AgentStats own) {
    head("dropprobe_agent_build_info", "gauge", "The agent's version; always 1.");
    line("dropprobe_agent_build_info", 1, "version", own.version());
    head("dropprobe_agent_passes_total", "counter", "Passes of the agent's loop, by result.");
    line("dropprobe_agent_passes_total", own.passes() - own.failedPasses(), "result", "ok");
    line("dropprobe_agent_passes_total", own.failedPasses(), "result", "error");
    head(
        "dropprobe_agent_report_writes_total",
        "counter",
        "Writes of the DropProbeNode, by result.");
    line("dropprobe_agent_report_writes_total", own.writes(), "result", "ok");
    line("dropprobe_agent_report_writes_total", own.failedWrites(), "result", "error");
  }

  private void module(ModuleInfo module) {
    head(
        "dropprobe_module_state",
        "gauge",
        "1 for the state of the kernel module, 0 for the others.");
    for (ModuleState s : ModuleState.values()) {
      line("dropprobe_module_state", s == module.state ? 1 : 0, "state", s.name());
    }
    if (module.srcversion != null) {
      head("dropprobe_module_info", "gauge", "The loaded kernel module; always 1.");
      line("dropprobe_module_info", 1, "version", module.version, "srcversion", module.srcversion);
    }
  }

  private void conditions(List<Condition> conditions) {
    head("dropprobe_condition", "gauge", "Conditions of the node: 1 True, 0 False, -1 Unknown.");
    conditions.forEach(
        c ->
            line(
                "dropprobe_condition",
                c.getStatus().equals("True") ? 1 : c.getStatus().equals("False") ? 0 : -1,
                "type",
                c.getType()));
  }

  private void probes(List<ProbeReport> probes) {
    head("dropprobe_probe_active", "gauge", "Whether the probe counts on this node.");
    probes.forEach(
        p -> line("dropprobe_probe_active", p.state == ProbeState.Active ? 1 : 0, "probe", p.name));
    head("dropprobe_drops_packets_total", "counter", "Dropped packets by probe and kernel reason.");
    probes.forEach(this::reasons);
    each(
        probes,
        "dropprobe_drops_segments_total",
        "Dropped packets, counted as segments on the wire.",
        p -> p.segments);
    each(probes, "dropprobe_drops_bytes_total", "Bytes of dropped packets.", p -> p.bytes);
    each(probes, "dropprobe_noise_packets_total", "Packets freed without loss.", p -> p.noise);
    each(
        probes,
        "dropprobe_unkeyed_packets_total",
        "Drops counted without detail, because the kernel's table was full.",
        p -> p.unkeyed);
  }

  private void reasons(ProbeReport p) {
    if (p.packets == null) {
      return;
    }
    if (p.reasons == null) {
      line("dropprobe_drops_packets_total", p.packets, "probe", p.name, "reason", "unknown");
      return;
    }
    for (ReasonCount r : p.reasons) {
      if (r.packets != null) {
        line("dropprobe_drops_packets_total", r.packets, "probe", p.name, "reason", r.reason);
      }
    }
  }

  /** Counts that are not known have no line, instead of a zero. */
  private void each(
      List<ProbeReport> probes,
      String name,
      String help,
      Function<ProbeReport, @Nullable Long> value) {
    head(name, "counter", help);
    for (ProbeReport p : probes) {
      Long v = value.apply(p);
      if (v != null) {
        line(name, v, "probe", p.name);
      }
    }
  }

  private void head(String name, String type, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  private void line(String name, long value, @Nullable String... labels) {
    text.append(name).append('{');
    for (int i = 0; i < labels.length; i += 2) {
      text.append(i == 0 ? "" : ",").append(labels[i]).append("=\"").append(escape(labels[i + 1]));
      text.append('"');
    }
    text.append("} ").append(value).append('\n');
  }

  private static String escape(@Nullable String value) {
    return value == null
        ? ""
        : value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
