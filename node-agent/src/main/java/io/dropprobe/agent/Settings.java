// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import io.dropprobe.agent.kernel.KernelPaths;
import io.dropprobe.api.schema.Defaults;
import io.dropprobe.api.schema.Durations;
import io.dropprobe.api.schema.Limits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * The agent's settings, from its environment, which the operator fills from the ConfigMap {@code
 * dropprobe}.
 *
 * @param node name of the Node that the agent runs on
 * @param namespace namespace of the agent's pod
 * @param lease time after which the kernel stops a probe that its agent has not renewed
 * @param heartbeat longest time without a report
 * @param minReportInterval shortest time between two reports of counts
 * @param port port of /metrics on all addresses; 0 for any free port
 * @param healthPort port of /healthz and /readyz on 127.0.0.1; 0 for any free port
 * @param moduleMemoryLimit MiB for the counters of all probes, with which the module is loaded
 * @param canaries whether a module waits until other nodes have proven it
 * @param soak how long a node must live with a module before it is proven here
 * @param retryAfter how long a module is not loaded after the node went down once while it was on
 *     trial
 * @param stateDir directory on the node for modules and journal
 * @param buildDir directory shared with the builder
 * @param podLogs the kubelet's pod log directory; only names in it are read
 */
public record Settings(
    String node,
    String namespace,
    Duration lease,
    Duration heartbeat,
    Duration minReportInterval,
    int port,
    int healthPort,
    int moduleMemoryLimit,
    String logLevel,
    boolean canaries,
    Duration soak,
    Duration retryAfter,
    Path stateDir,
    Path buildDir,
    Path podLogs,
    KernelPaths kernel) {
  private static final String RETRY_AFTER = "10m";

  /**
   * Reads the settings.
   *
   * @throws IllegalArgumentException with the name of a variable that is missing or wrong
   */
  public static Settings from(Map<String, String> env) {
    Reader r = new Reader(env);
    return new Settings(
        r.required("DROPPROBE_NODE_NAME"),
        r.required("DROPPROBE_NAMESPACE"),
        r.duration("DROPPROBE_LEASE", Defaults.LEASE),
        r.duration("DROPPROBE_HEARTBEAT", Defaults.HEARTBEAT),
        r.duration("DROPPROBE_MIN_REPORT_INTERVAL", Defaults.MIN_REPORT_INTERVAL),
        r.port("DROPPROBE_PORT", Defaults.AGENT_PORT),
        r.port("DROPPROBE_HEALTH_PORT", Defaults.AGENT_PORT + 1),
        r.mebibytes("DROPPROBE_MODULE_MEMORY_LIMIT", Defaults.MODULE_MEMORY_LIMIT),
        r.text("DROPPROBE_LOG_LEVEL", Defaults.LOG_LEVEL),
        // An operator that does not set it knows of no canaries.
        r.text("DROPPROBE_CANARIES", "false").equals("true"),
        r.duration("DROPPROBE_SOAK", Defaults.SOAK),
        r.duration("DROPPROBE_RETRY_AFTER", RETRY_AFTER),
        r.path("DROPPROBE_STATE_DIR", "/var/lib/dropprobe"),
        r.path("DROPPROBE_BUILD_DIR", "/build"),
        r.path("DROPPROBE_POD_LOGS", "/host/var/log/pods"),
        new KernelPaths(
            Path.of("/proc"),
            r.path("DROPPROBE_PROC_DIR", "/proc/mooc/net"),
            r.path("DROPPROBE_SYS_MODULE", "/sys/module"),
            r.path("DROPPROBE_SECURITYFS", "/host/sys/kernel/security")));
  }

  private record Reader(Map<String, String> env) {
    String text(String name, String otherwise) {
      String value = env.get(name);
      return value == null || value.isBlank() ? otherwise : value.strip();
    }

    String required(String name) {
      String value = text(name, "");
      if (value.isEmpty()) {
        throw new IllegalArgumentException(name + " is not set; the operator's DaemonSet sets it");
      }
      return value;
    }

    Duration duration(String name, String otherwise) {
      try {
        Duration d = Durations.parse(text(name, otherwise));
        if (d.isZero()) {
          throw new IllegalArgumentException("must be greater than zero");
        }
        return d;
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
      }
    }

    int port(String name, int otherwise) {
      return number(name, otherwise, "a valid port", 0, 65535);
    }

    int mebibytes(String name, int otherwise) {
      return number(
          name,
          otherwise,
          "a valid number of MiB",
          Limits.MODULE_MEMORY_MIN,
          Limits.MODULE_MEMORY_MAX);
    }

    private int number(String name, int otherwise, String what, int least, int most) {
      String text = text(name, Integer.toString(otherwise));
      try {
        int number = Integer.parseInt(text);
        if (number >= least && number <= most) {
          return number;
        }
      } catch (NumberFormatException e) {
        // Reported below.
      }
      throw new IllegalArgumentException(
          "%s: '%s' is not %s (%d-%d)".formatted(name, text, what, least, most));
    }

    Path path(String name, String otherwise) {
      return Path.of(text(name, otherwise));
    }
  }
}
