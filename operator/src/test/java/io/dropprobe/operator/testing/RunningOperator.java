// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.testing;

import io.dropprobe.api.client.Time;
import io.dropprobe.operator.agents.AgentPods;
import io.dropprobe.operator.agents.AgentsReconciler;
import io.dropprobe.operator.canary.Canaries;
import io.dropprobe.operator.cluster.ClusterCache;
import io.dropprobe.operator.events.EventRecorder;
import io.dropprobe.operator.health.PassWatch;
import io.dropprobe.operator.probe.DropProbeReconciler;
import io.dropprobe.operator.probe.StatusWriter;
import io.dropprobe.operator.runtime.OperatorNamespace;
import io.dropprobe.operator.settings.CurrentSettings;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import java.time.Duration;

/** The operator's reconcilers in this process, with the operator's service account. */
public final class RunningOperator implements AutoCloseable {
  private final Operator operator;
  private final ClusterCache cluster;

  /** Starts the reconcilers; returns when the caches are complete. */
  public RunningOperator(ApiServer api) {
    this(api.operator());
  }

  /**
   * As {@link #RunningOperator(ApiServer)}.
   *
   * @param client with the operator's account
   */
  public RunningOperator(KubernetesClient client) {
    Time time = Time.system();
    OperatorNamespace namespace = new OperatorNamespace(ApiServer.NAMESPACE);
    CurrentSettings settings = new CurrentSettings(time);
    EventRecorder events = new EventRecorder(client, time);
    AgentPods agents = new AgentPods(client, time, namespace);
    cluster = new ClusterCache(client, time);
    Canaries canaries = new Canaries(client, namespace, cluster, events, time);
    operator =
        new Operator(
            o ->
                o.withKubernetesClient(client)
                    .withConcurrentReconciliationThreads(4)
                    .withReconciliationTerminationTimeout(Duration.ofSeconds(5))
                    .withStopOnInformerErrorDuringStartup(false)
                    .checkingCRDAndValidateLocalModel(false));
    operator.register(
        new DropProbeReconciler(
            cluster,
            new StatusWriter(client),
            events,
            settings,
            namespace,
            agents,
            canaries,
            new PassWatch(time),
            time));
    operator.register(
        new AgentsReconciler(cluster, settings, events, namespace, agents, canaries, time),
        o -> o.settingNamespace(ApiServer.NAMESPACE));
    operator.start();
  }

  @Override
  public void close() {
    operator.stop();
    cluster.stop();
  }
}
