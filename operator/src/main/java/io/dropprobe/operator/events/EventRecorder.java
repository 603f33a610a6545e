// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.events;

import io.dropprobe.api.client.Time;
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
import java.util.Objects;
import org.jboss.logging.Logger;

/**
 * Emits Events, which users see in {@code kubectl describe}. Repeating an Event increments its
 * count. An Event that can't be written is only logged, because nothing depends on it.
 */
@ApplicationScoped
public class EventRecorder {
  /** The namespace of Events about cluster-scoped objects, as for Nodes. */
  public static final String CLUSTER_SCOPED = "default";

  private static final Logger LOG = Logger.getLogger(EventRecorder.class);

  private final KubernetesClient client;
  private final Time time;

  /** Makes no call yet. */
  @Inject
  public EventRecorder(KubernetesClient client, Time time) {
    this.client = client;
    this.time = time;
  }

  /** Emits an Event about something that works as intended. */
  public void normal(HasMetadata about, String reason, String message) {
    record(about, "Normal", reason, message);
  }

  /** Emits an Event about something that a user should look at. */
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
        increment(fresh);
      }
    } catch (KubernetesClientException e) {
      LOG.warnf(
          "can't write Event %s about %s %s: %s",
          reason, about.getKind(), about.getMetadata().getName(), e.getMessage());
    }
  }

  private void increment(Event fresh) {
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
    String now = Times.format(time.wall());
    String namespace = about.getMetadata().getNamespace();
    int hash = Objects.hash(about.getMetadata().getUid(), type, reason, message);
    return new EventBuilder()
        .withNewMetadata()
        .withName("%s.%08x".formatted(about.getMetadata().getName(), hash))
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
