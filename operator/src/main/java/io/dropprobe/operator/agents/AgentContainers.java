// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.agents;

import io.dropprobe.api.schema.Durations;
import io.dropprobe.api.schema.Names;
import io.dropprobe.operator.settings.Settings;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import java.util.Map;
import java.util.TreeMap;

/**
 * The two containers of the agent's pod. The privileged one has no toolchain; the one with the
 * toolchain has no privileges, no API token, and no access to the state of the other.
 */
final class AgentContainers {
  /** The user of the builder, and the group that lets the two containers share files. */
  static final long BUILDER_UID = 65532;

  private static final String PULL = "IfNotPresent";

  private AgentContainers() {}

  static Container nodeAgent(Settings s) {
    return new ContainerBuilder()
        .withName(Names.NODE_AGENT_CONTAINER)
        .withImage(s.agentImage())
        .withImagePullPolicy(PULL)
        .withEnv(
            fromPod("DROPPROBE_NODE_NAME", "spec.nodeName"),
            fromPod("DROPPROBE_NAMESPACE", "metadata.namespace"),
            env("DROPPROBE_LEASE", Durations.format(s.lease())),
            env("DROPPROBE_HEARTBEAT", Durations.format(s.heartbeat())),
            env("DROPPROBE_MIN_REPORT_INTERVAL", Durations.format(s.minReportInterval())),
            env("DROPPROBE_PORT", Integer.toString(s.agentPort())),
            env("DROPPROBE_HEALTH_PORT", Integer.toString(healthPort(s))),
            env("DROPPROBE_MODULE_MEMORY_LIMIT", Integer.toString(s.moduleMemoryLimit())),
            env("DROPPROBE_SOAK", Durations.format(s.soak())),
            // Not their number, whose change must not restart all agents.
            env("DROPPROBE_CANARIES", Boolean.toString(s.canaries() > 0)),
            env("DROPPROBE_LOG_LEVEL", s.logLevel()))
        .addNewPort()
        .withName("metrics")
        .withContainerPort(s.agentPort())
        .withProtocol("TCP")
        .endPort()
        .withStartupProbe(probe("/healthz", healthPort(s), 2, 300))
        .withReadinessProbe(probe("/readyz", healthPort(s), 10, 3))
        .withLivenessProbe(probe("/healthz", healthPort(s), 20, 6))
        .withNewResources()
        .withRequests(requests("20m", "128Mi"))
        .withLimits(Map.of("memory", new Quantity("256Mi")))
        .endResources()
        .withSecurityContext(agentContext())
        .withVolumeMounts(AgentVolumes.ofAgent())
        .withTerminationMessagePolicy("FallbackToLogsOnError")
        .build();
  }

  static Container builder(Settings s) {
    return new ContainerBuilder()
        .withName(Names.BUILDER_CONTAINER)
        .withImage(s.builderImage())
        .withImagePullPolicy(PULL)
        .withNewResources()
        .withRequests(requests("10m", "32Mi"))
        .withLimits(Map.of("memory", new Quantity("1Gi")))
        .endResources()
        .withSecurityContext(builderContext())
        .withVolumeMounts(AgentVolumes.ofBuilder())
        .withTerminationMessagePolicy("FallbackToLogsOnError")
        .build();
  }

  /** CAP_SYS_MODULE suffices for finit_module and for the module's files in /proc. */
  private static SecurityContext agentContext() {
    return new SecurityContextBuilder()
        .withRunAsUser(0L)
        .withAllowPrivilegeEscalation(false)
        .withReadOnlyRootFilesystem(true)
        .withNewCapabilities()
        .withAdd("SYS_MODULE")
        .withDrop("ALL")
        .endCapabilities()
        // The runtime's default AppArmor profile refuses writes below /proc.
        .withNewAppArmorProfile()
        .withType("Unconfined")
        .endAppArmorProfile()
        // Without effect on nodes without SELinux.
        .withNewSeLinuxOptions()
        .withType("spc_t")
        .endSeLinuxOptions()
        .build();
  }

  private static SecurityContext builderContext() {
    return new SecurityContextBuilder()
        .withRunAsUser(BUILDER_UID)
        .withRunAsGroup(BUILDER_UID)
        .withRunAsNonRoot(true)
        .withAllowPrivilegeEscalation(false)
        .withReadOnlyRootFilesystem(true)
        .withNewCapabilities()
        .withDrop("ALL")
        .endCapabilities()
        .build();
  }

  /** The port after the metrics' port, so that one setting moves both. */
  private static int healthPort(Settings s) {
    return s.agentPort() < 65535 ? s.agentPort() + 1 : 65534;
  }

  private static Probe probe(String path, int port, int periodSeconds, int failures) {
    return new ProbeBuilder()
        .withNewHttpGet()
        // Pod and kubelet share the host's network namespace; nobody else can reach this address.
        .withHost("127.0.0.1")
        .withPath(path)
        .withNewPort(port)
        .endHttpGet()
        .withPeriodSeconds(periodSeconds)
        .withTimeoutSeconds(5)
        .withFailureThreshold(failures)
        .build();
  }

  /** Sorted, so that the desired object is the same after every start. */
  private static Map<String, Quantity> requests(String cpu, String memory) {
    return new TreeMap<>(Map.of("cpu", new Quantity(cpu), "memory", new Quantity(memory)));
  }

  private static EnvVar env(String name, String value) {
    return new EnvVarBuilder().withName(name).withValue(value).build();
  }

  private static EnvVar fromPod(String name, String path) {
    return new EnvVarBuilder()
        .withName(name)
        .withNewValueFrom()
        .withNewFieldRef("v1", path)
        .endValueFrom()
        .build();
  }
}
