// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.metrics;

import io.dropprobe.agent.count.Counts;
import io.dropprobe.api.schema.Lists;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.ModuleInfo;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Renders metrics in the Prometheus text format, version 0.0.4. */
public final class MetricsText {
  /** The format's media type. */
  public static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final MetricsWriter text;

  private MetricsText(MetricsWriter text) {
    this.text = text;
  }

  /**
   * Renders a report and the agent's own counters.
   *
   * @param status null means that there is no report yet, but there may be counts
   * @param counts complete counts of the probes that this node counts, by name
   * @param own counters of this process
   */
  public static String render(
      @Nullable DropProbeNodeStatus status, Map<String, Counts> counts, AgentStats own) {
    MetricsWriter text = new MetricsWriter();
    MetricsText m = new MetricsText(text);
    m.agent(own);
    if (status != null) {
      if (status.module != null) {
        m.module(status.module);
      }
      m.conditions(Lists.orEmpty(status.conditions));
      m.probes(Lists.orEmpty(status.probes));
    }
    if (status != null || !counts.isEmpty()) {
      new PacketMetrics(text).render(counts);
    }
    return text.toString();
  }

  private void agent(AgentStats own) {
    text.head("dropprobe_agent_build_info", "gauge", "The agent's version; always 1.");
    text.line("dropprobe_agent_build_info", 1, "version", own.version());
    text.head("dropprobe_agent_passes_total", "counter", "Passes of the agent's loop, by result.");
    text.line("dropprobe_agent_passes_total", own.passes() - own.failedPasses(), "result", "ok");
    text.line("dropprobe_agent_passes_total", own.failedPasses(), "result", "error");
    text.head(
        "dropprobe_agent_report_writes_total",
        "counter",
        "Writes of the DropProbeNode, by result.");
    text.line("dropprobe_agent_report_writes_total", own.writes(), "result", "ok");
    text.line("dropprobe_agent_report_writes_total", own.failedWrites(), "result", "error");
  }

  private void module(ModuleInfo module) {
    text.head(
        "dropprobe_module_state",
        "gauge",
        "1 for the state of the kernel module, 0 for the others.");
    for (ModuleState s : ModuleState.values()) {
      text.line("dropprobe_module_state", s == module.state ? 1 : 0, "state", s.name());
    }
    if (module.srcversion != null) {
      text.head("dropprobe_module_info", "gauge", "The loaded kernel module; always 1.");
      text.line(
          "dropprobe_module_info", 1, "version", module.version, "srcversion", module.srcversion);
    }
  }

  private void conditions(List<Condition> conditions) {
    text.head(
        "dropprobe_condition", "gauge", "Conditions of the node: 1 True, 0 False, -1 Unknown.");
    conditions.forEach(
        c ->
            text.line(
                "dropprobe_condition",
                c.getStatus().equals("True") ? 1 : c.getStatus().equals("False") ? 0 : -1,
                "type",
                c.getType()));
  }

  private void probes(List<ProbeReport> probes) {
    text.head("dropprobe_probe_active", "gauge", "Whether the probe counts on this node.");
    probes.forEach(
        p ->
            text.line(
                "dropprobe_probe_active", p.state == ProbeState.Active ? 1 : 0, "probe", p.name));
  }
}
