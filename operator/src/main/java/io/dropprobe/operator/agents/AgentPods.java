// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.agents;

import io.dropprobe.api.client.Time;
import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.Problem;
import io.dropprobe.operator.runtime.OperatorNamespace;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.PodResource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Finds out why agents' pods are not created (a quota that does not allow the priority class, a
 * missing PriorityClass, a pod security standard, a webhook), and why a pod that exists does not
 * run. The DaemonSet controller only emits an Event of the DaemonSet, and the others write it into
 * the pod, which a user of a DropProbe does not see.
 */
@ApplicationScoped
public class AgentPods {
  private static final Logger LOG = Logger.getLogger(AgentPods.class);

  /** The field of a pod with the name of its node. */
  private static final String NODE = "spec.nodeName";

  /** Shortest time between two requests, whatever the number of DropProbes. */
  private static final Duration CACHED = Duration.ofSeconds(10);

  /** How long a pod's trouble is shown before it is read again: the kubelet varies its words. */
  private static final Duration SHOWN = Duration.ofMinutes(1);

  private static final long PAGE = 500;

  /** The controller retries within 17 minutes, so an older Event is no longer true. */
  private static final Duration CURRENT = Duration.ofMinutes(20);

  private final KubernetesClient client;
  private final Time time;
  private final String namespace;
  private volatile @Nullable DaemonSet daemonSet;
  private Optional<Problem> known = Optional.empty();

  /** When the API server was asked, in milliseconds of the monotonic clock. */
  private @Nullable Long asked;

  private final Map<String, Answer> answers = new HashMap<>();

  /**
   * @param until in milliseconds of the monotonic clock
   * @param trouble of the agent's pod on a node; empty if nothing is wrong with it, or there is
   *     none
   */
  private record Answer(long until, Optional<String> trouble) {}

  /** Makes no call yet. */
  @Inject
  public AgentPods(KubernetesClient client, Time time, OperatorNamespace namespace) {
    this.client = client;
    this.time = time;
    this.namespace = namespace.name();
  }

  /** Records the DaemonSet as observed; empty if there is none. */
  void observe(Optional<DaemonSet> now) {
    daemonSet = now.orElse(null);
  }

  /** What keeps pods from being created; empty if none is missing, or the reason is unknown. */
  public synchronized Optional<Problem> problem() {
    DaemonSet now = daemonSet;
    if (now == null || missing(now) <= 0) {
      return Optional.empty();
    }
    if (asked == null || time.millis() - asked >= CACHED.toMillis()) {
      asked = time.millis();
      known = problem(now, failures(now), time.wall());
    }
    return known;
  }

  /**
   * What keeps the agent's pod on a node from running, in one line; empty if nothing does, if there
   * is no pod, or if it can't be read. It reads the pod of this node only: the list of all is large
   * with thousands of nodes, and no field selector finds containers that crash.
   *
   * @param node one whose agent does not report
   */
  public synchronized Optional<String> trouble(String node) {
    answers.values().removeIf(a -> time.millis() >= a.until());
    return answers
        .computeIfAbsent(
            node,
            n -> {
              Optional<String> trouble = read(n);
              return new Answer(time.in(trouble.isEmpty() ? CACHED : SHOWN), trouble);
            })
        .trouble();
  }

  private Optional<String> read(String node) {
    try {
      // Version 0 is answered from the API server's cache, which has an index by this field.
      List<Pod> pods =
          pods()
              .withField(NODE, node)
              .list(new ListOptionsBuilder().withResourceVersion("0").build())
              .getItems();
      Stream<Pod> candidates = pods.isEmpty() ? unscheduled(node).stream() : pods.stream();
      return candidates.map(PodTrouble::of).flatMap(Optional::stream).findFirst();
    } catch (RuntimeException e) {
      // Also if a kubelet writes what nobody expects: the pass must go on.
      LOG.warnf("can't read the agent's pod of node %s, which does not report: %s", node, e);
      return Optional.empty();
    }
  }

  /** The first pod of the node that has none assigned yet. */
  private Optional<Pod> unscheduled(String node) {
    String next = null;
    do {
      PodList page =
          pods()
              .withField("status.phase", "Pending")
              .withField(NODE, "")
              .list(new ListOptionsBuilder().withLimit(PAGE).withContinue(next).build());
      Optional<Pod> found =
          page.getItems().stream().filter(p -> PodTrouble.isFor(p, node)).findFirst();
      if (found.isPresent()) {
        return found;
      }
      next = page.getMetadata().getContinue();
    } while (next != null && !next.isEmpty());
    return Optional.empty();
  }

  private FilterWatchListDeletable<Pod, PodList, PodResource> pods() {
    return client.pods().inNamespace(namespace).withLabels(AgentDaemonSet.POD_LABELS);
  }

  private List<Event> failures(DaemonSet of) {
    try {
      return client
          .v1()
          .events()
          .inNamespace(namespace)
          .withField("involvedObject.uid", of.getMetadata().getUid())
          .withField("reason", "FailedCreate")
          .list()
          .getItems();
    } catch (KubernetesClientException e) {
      LOG.warnf(
          "can't read the Events of DaemonSet %s, which say why pods are missing: %s",
          of.getMetadata().getName(), e);
      return List.of();
    }
  }

  /**
   * @param failures Events with reason FailedCreate, in any order
   */
  static Optional<Problem> problem(DaemonSet of, List<Event> failures, Instant now) {
    return failures.stream()
        .filter(e -> !last(e).isBefore(now.minus(CURRENT)))
        .max(Comparator.comparing(AgentPods::last))
        .map(
            e -> {
              Problem p = new Problem();
              p.reason = Conditions.Problem.AGENT_NOT_CREATED;
              p.nodes = missing(of);
              p.message =
                  "the DaemonSet controller can't create pods of DaemonSet %s: %s"
                      .formatted(of.getMetadata().getName(), e.getMessage());
              return p;
            });
  }

  private static Instant last(Event e) {
    Instant last = Times.parseOrNull(e.getLastTimestamp());
    if (last == null && e.getEventTime() != null) {
      last = Times.parseOrNull(e.getEventTime().getTime());
    }
    return last == null ? Instant.EPOCH : last;
  }

  /** Nodes that should run a pod and do not; 0 if there is no DaemonSet. */
  private static int missing(@Nullable DaemonSet of) {
    DaemonSetStatus status = of == null ? null : of.getStatus();
    if (status == null || status.getDesiredNumberScheduled() == null) {
      return 0;
    }
    Integer present = status.getCurrentNumberScheduled();
    return status.getDesiredNumberScheduled() - (present == null ? 0 : present);
  }
}
