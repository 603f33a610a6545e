// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.runtime;

import io.dropprobe.api.schema.Names;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Elects the one operator that works while the others wait. A leader that shuts down releases the
 * lease, so that the next one takes over at once; after a crash its own pod takes it over, because
 * it has the same identity, and another pod has to wait until the lease expires.
 *
 * <p>The lease is long, as OpenShift's are for the same reason: an API server that is away for two
 * minutes must not cost a restart, and Kubernetes takes longer to notice a dead node. Nothing is
 * lost meanwhile, because the agents count without an operator.
 */
@ApplicationScoped
public class LeaderElection {
  /** Name of the Lease. */
  public static final String LEASE_NAME = Names.OPERATOR;

  private static final Logger LOG = Logger.getLogger(LeaderElection.class);

  private final OperatorNamespace namespace;
  private final Clients clients;
  private final Exit exit;
  private final boolean enabled;
  private final Duration lease;
  private final String identity;
  private volatile boolean leading;

  /**
   * @param lease how long the lease of a leader that has crashed lasts
   * @param pod name of this pod; empty outside of a cluster
   */
  @Inject
  public LeaderElection(
      OperatorNamespace namespace,
      Clients clients,
      Exit exit,
      @ConfigProperty(name = "dropprobe.leader-election") boolean enabled,
      @ConfigProperty(name = "dropprobe.lease") Duration lease,
      @ConfigProperty(name = "dropprobe.pod") Optional<String> pod) {
    this.namespace = namespace;
    this.clients = clients;
    this.exit = exit;
    this.enabled = enabled;
    this.lease = lease;
    this.identity = pod.orElseGet(() -> "local_" + UUID.randomUUID());
    this.leading = !enabled;
  }

  /** Whether the reconcilers run in this process. */
  public boolean isLeading() {
    return leading;
  }

  /**
   * Uses the deprecated constructor. The builder's configuration either keeps reconciling beside
   * the new leader, or exits on losing the lease; and that exit is also called on SIGTERM, from a
   * shutdown hook, where it would wait for itself.
   */
  @Produces
  @Singleton
  @SuppressWarnings("deprecation")
  LeaderElectionConfiguration configuration() {
    return new LeaderElectionConfiguration(
        LEASE_NAME,
        namespace.name(),
        lease,
        // The library measures it from the end of a renewal, and the lease from its beginning.
        lease.multipliedBy(3).dividedBy(4),
        lease.dividedBy(48),
        identity,
        new LeaderCallbacks(
            () -> leading = true, () -> exit.now("leader election lost", null), leader -> {}),
        false);
  }

  /** Runs after the operator has stopped, which the same event does with a lower priority value. */
  void release(@Observes @Priority(Integer.MAX_VALUE) ShutdownEvent event) {
    if (enabled) {
      // The shared client is closed by now.
      try (KubernetesClient client = clients.another()) {
        release(client);
      } catch (KubernetesClientException e) {
        LOG.warnf(
            "can't release the leader lease, which will expire by itself: %s", e.getMessage());
      }
    }
  }

  private void release(KubernetesClient client) {
    Lease lease = client.leases().inNamespace(namespace.name()).withName(LEASE_NAME).get();
    if (lease != null && identity.equals(lease.getSpec().getHolderIdentity())) {
      lease.getSpec().setHolderIdentity("");
      lease.getSpec().setLeaseDurationSeconds(1);
      client.resource(lease).update();
      LOG.info("leader lease released");
    }
  }
}
