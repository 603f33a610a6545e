package io.dropprobe.operator.lifecycle;

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
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * One operator works, the others wait. The leader's end is seen within {@link #LEASE}; when it is
 * told to stop it gives the lease away, and the next one takes over at once.
 */
@ApplicationScoped
public class LeaderElection {
  /** Name of the Lease. */
  public static final String LEASE_NAME = Names.OPERATOR;

  private static final Logger LOG = Logger.getLogger(LeaderElection.class);
  private static final Duration LEASE = Duration.ofSeconds(10);
  private static final Duration RENEW = Duration.ofSeconds(7);
  private static final Duration RETRY = Duration.ofSeconds(2);

  private final OperatorNamespace namespace;
  private final Clients clients;
  private final boolean enabled;
  private final String identity;
  private volatile boolean stopping;

  /**
   * @param pod name of this pod, or of this machine
   */
  @Inject
  public LeaderElection(
      OperatorNamespace namespace,
      Clients clients,
      @ConfigProperty(name = "dropprobe.leader-election") boolean enabled,
      @ConfigProperty(name = "dropprobe.pod") String pod) {
    this.namespace = namespace;
    this.clients = clients;
    this.enabled = enabled;
    this.identity = pod + "_" + UUID.randomUUID();
  }

  /**
   * Neither the builder nor its exit on losing the lease: what the builder makes goes on
   * reconciling beside the new leader, and the exit is called on SIGTERM too, from a shutdown hook,
   * where it waits for itself.
   */
  @Produces
  @Singleton
  @SuppressWarnings("deprecation")
  LeaderElectionConfiguration configuration() {
    return new LeaderElectionConfiguration(
        LEASE_NAME,
        namespace.name(),
        LEASE,
        RENEW,
        RETRY,
        identity,
        new LeaderCallbacks(() -> {}, this::lost, leader -> {}),
        false);
  }

  /** Another one may lead by now: nothing more may be written, so there is nothing to wind down. */
  private void lost() {
    if (!stopping) {
      LOG.error("the lease is lost: ends, to wait for it in a new process");
      Runtime.getRuntime().halt(1);
    }
  }

  /** Before the operator stops. */
  void stopping(@Observes @Priority(1) ShutdownEvent event) {
    stopping = true;
  }

  /** After the operator has stopped: it stops with the same event, earlier. */
  void release(@Observes @Priority(Integer.MAX_VALUE) ShutdownEvent event) {
    if (enabled) {
      // The operator's own client is closed by now.
      try (KubernetesClient client = clients.another()) {
        release(client);
      } catch (KubernetesClientException e) {
        LOG.warnf("the lease runs out by itself, it could not be given away: %s", e.getMessage());
      }
    }
  }

  private void release(KubernetesClient client) {
    Lease lease = client.leases().inNamespace(namespace.name()).withName(LEASE_NAME).get();
    if (lease != null && identity.equals(lease.getSpec().getHolderIdentity())) {
      lease.getSpec().setHolderIdentity("");
      lease.getSpec().setLeaseDurationSeconds(1);
      client.resource(lease).update();
      LOG.info("the lease is given away");
    }
  }
}
