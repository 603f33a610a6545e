package io.dropprobe.operator.lifecycle;

import io.dropprobe.api.schema.Names;
import io.dropprobe.api.schema.Times;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.util.Objects;
import org.jboss.logging.Logger;

/**
 * Tells the user, in {@code kubectl describe}, what has changed. The same thing again raises a
 * count. An Event that can't be written is logged and otherwise ignored: nothing depends on it.
 */
@ApplicationScoped
public class EventRecorder {
  /** Where Events of cluster-scoped objects go, as with Nodes. */
  public static final String CLUSTER_SCOPED = "default";

  private static final Logger LOG = Logger.getLogger(EventRecorder.class);

  private final KubernetesClient client;
  private final Clock clock;

  /** No call is made yet. */
  @Inject
  public EventRecorder(KubernetesClient client, Clock clock) {
    this.client = client;
    this.clock = clock;
  }

  /** Something went as asked for. */
  public void normal(HasMetadata about, String reason, String message) {
    record(about, "Normal", reason, message);
  }

  /** Something that a person should look at. */
  public void warning(HasMetadata about, String reason, String message) {
    record(about, "Warning", reason, message);
  }

  private void record(HasMetadata about, String type, String reason, String message) {
    LOG.infof("%s %s: %s: %s", about.getKind(), about.getMetadata().getName(), reason, message);
    try {
      Event fresh = event(about, type, reason, message);
      try {
        client.v1().events().resource(fresh).create();
      } catch (KubernetesClientException e) {
        if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
          throw e;
        }
        again(fresh);
      }
    } catch (KubernetesClientException e) {
      LOG.warnf(
          "Event %s of %s %s not written: %s",
          reason, about.getKind(), about.getMetadata().getName(), e.getMessage());
    }
  }

  private void again(Event fresh) {
    client
        .v1()
        .events()
        .inNamespace(fresh.getMetadata().getNamespace())
        .withName(fresh.getMetadata().getName())
        .edit(
            old -> {
              old.setCount(old.getCount() == null ? 2 : old.getCount() + 1);
              old.setLastTimestamp(fresh.getLastTimestamp());
              return old;
            });
  }

  private Event event(HasMetadata about, String type, String reason, String message) {
    String now = Times.format(clock.instant());
    String namespace = about.getMetadata().getNamespace();
    int sameness = Objects.hash(about.getMetadata().getUid(), type, reason, message);
    return new EventBuilder()
        .withNewMetadata()
        .withName("%s.%08x".formatted(about.getMetadata().getName(), sameness))
        .withNamespace(namespace == null ? CLUSTER_SCOPED : namespace)
        .endMetadata()
        .withNewInvolvedObject()
        .withApiVersion(about.getApiVersion())
        .withKind(about.getKind())
        .withName(about.getMetadata().getName())
        .withNamespace(namespace)
        .withUid(about.getMetadata().getUid())
        .endInvolvedObject()
        .withNewSource()
        .withComponent(Names.OPERATOR)
        .endSource()
        .withType(type)
        .withReason(reason)
        .withMessage(message)
        .withFirstTimestamp(now)
        .withLastTimestamp(now)
        .withCount(1)
        .build();
  }
}
