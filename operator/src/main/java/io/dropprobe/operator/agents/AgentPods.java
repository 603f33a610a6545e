// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.agents;

import io.dropprobe.api.client.Time;
import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.schema.Lists;
import io.dropprobe.api.schema.Sums;
import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.Problem;
import io.dropprobe.operator.runtime.OperatorNamespace;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventList;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.PodResource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Finds out why agents' pods are not created (a quota that does not allow the priority class, a
 * missing PriorityClass, a pod security standard, a webhook), and why a pod that exists does not
 * run. The DaemonSet controller only emits an Event of the DaemonSet, and the others write it into
 * the pod, which a user of a DropProbe does not see. A thread of its own reads them, because a pass
 * must not wait for lists whose size a kubelet can determine.
 */
@ApplicationScoped
public class AgentPods {
  private static final Logger LOG = Logger.getLogger(AgentPods.class);

  /** The field of a pod with the name of its node. */
  private static final String NODE = "spec.nodeName";

  /** How long a pod's trouble is shown before it is read again: the kubelet varies its words. */
  private static final Duration SHOWN = Duration.ofMinutes(1);

  /** Pods of a node. A kubelet can create any number of 1.5 MiB, with the agents' labels. */
  private static final long OF_NODE = 10;

  /** Pods of no node in a page. Only who may create pods in the namespace can create one. */
  private static final long PENDING = 500;

  /** Events in a page; a kubelet can write Events of any object. */
  private static final long EVENTS = 10;

  /** Most pages of a list, which bounds the time that it takes. */
  private static final int PAGES = 20;

  /** The controller retries within 17 minutes, so an older Event is no longer true. */
  private static final Duration CURRENT = Duration.ofMinutes(20);

  private final KubernetesClient client;
  private final Time time;
  private final String namespace;
  private final LookUps<Problem> problems;
  private final LookUps<String> troubles;
  private volatile @Nullable DaemonSet daemonSet;

  /** Makes no call yet. */
  @Inject
  public AgentPods(KubernetesClient client, Time time, OperatorNamespace namespace) {
    this.client = client;
    this.time = time;
    this.namespace = namespace.name();
    ExecutorService background = Executors.newSingleThreadExecutor(AgentPods::daemon);
    this.problems = new LookUps<>(LookUps.CACHED, time, background);
    this.troubles = new LookUps<>(SHOWN, time, background);
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "agent-pods");
    thread.setDaemon(true);
    return thread;
  }

  /** Records the DaemonSet as observed; empty if there is none. */
  void observe(Optional<DaemonSet> now) {
    daemonSet = now.orElse(null);
  }

  /**
   * What keeps pods from being created, as last read; empty if none is missing, or the reason is
   * not known yet. Never blocks.
   */
  public Optional<Problem> problem() {
    DaemonSet now = daemonSet;
    return now == null || missing(now) <= 0
        ? Optional.empty()
        : problems.get(uid(now), () -> problem(now, lastFailure(now), time.wall()));
  }

  /**
   * What keeps the agent's pod on a node from running, in one line, as last read; empty if nothing
   * does, if there is no pod, or if it is not read yet. Never blocks. The pod of this node only is
   * read: the list of all is large with thousands of nodes, and no field selector finds containers
   * that crash.
   *
   * @param node one whose agent does not report
   */
  public Optional<String> trouble(String node) {
    DaemonSet now = daemonSet;
    return now == null ? Optional.empty() : troubles.get(node, () -> read(node, uid(now)));
  }

  private static String uid(DaemonSet of) {
    return of.getMetadata().getUid();
  }

  private Optional<String> read(String node, String daemonSet) {
    try {
      List<Pod> ofNode =
          pods()
              .withField(NODE, node)
              .list(new ListOptionsBuilder().withLimit(OF_NODE).build())
              .getItems();
      List<Pod> own = ofNode.stream().filter(p -> isOf(p, daemonSet)).toList();
      Stream<Pod> candidates = own.isEmpty() ? unscheduled(node, daemonSet).stream() : own.stream();
      return candidates.map(PodTrouble::of).flatMap(Optional::stream).findFirst();
    } catch (RuntimeException e) {
      LOG.warnf("can't read the agent's pod of node %s, which does not report: %s", node, e);
      return Optional.empty();
    }
  }

  /**
   * Whether the DaemonSet with this uid controls a pod. A kubelet can create pods with the agents'
   * labels, but the API server refuses any owner but the Node for them.
   */
  static boolean isOf(Pod pod, String daemonSet) {
    List<OwnerReference> owners = Lists.orEmpty(pod.getMetadata().getOwnerReferences());
    return owners.stream()
        .anyMatch(o -> Boolean.TRUE.equals(o.getController()) && daemonSet.equals(o.getUid()));
  }

  /** The first pod of the node that has none assigned yet. */
  private Optional<Pod> unscheduled(String node, String daemonSet) {
    String next = null;
    for (int page = 0; page < PAGES; page++) {
      PodList list =
          pods()
              .withField("status.phase", "Pending")
              .withField(NODE, "")
              .list(new ListOptionsBuilder().withLimit(PENDING).withContinue(next).build());
      Optional<Pod> found =
          list.getItems().stream()
              .filter(p -> isOf(p, daemonSet) && PodTrouble.isFor(p, node))
              .findFirst();
      next = list.getMetadata().getContinue();
      if (found.isPresent() || next == null || next.isEmpty()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private FilterWatchListDeletable<Pod, PodList, PodResource> pods() {
    return client.pods().inNamespace(namespace).withLabels(AgentDaemonSet.POD_LABELS);
  }

  /** The last Event of a pod that could not be created; empty if there is none. */
  private Optional<Event> lastFailure(DaemonSet of) {
    Optional<Event> last = Optional.empty();
    String next = null;
    try {
      for (int page = 0; page < PAGES; page++) {
        EventList list =
            client
                .v1()
                .events()
                .inNamespace(namespace)
                .withField("involvedObject.uid", uid(of))
                .withField("reason", "FailedCreate")
                .list(new ListOptionsBuilder().withLimit(EVENTS).withContinue(next).build());
        last = last(Stream.concat(last.stream(), list.getItems().stream()));
        next = list.getMetadata().getContinue();
        if (next == null || next.isEmpty()) {
          break;
        }
      }
    } catch (RuntimeException e) {
      LOG.warnf(
          "can't read the Events of DaemonSet %s, which say why pods are missing: %s",
          of.getMetadata().getName(), e);
    }
    return last;
  }

  static Optional<Event> last(Stream<Event> events) {
    return events.max(Comparator.comparing(AgentPods::last));
  }

  /**
   * @param failure an Event with reason FailedCreate
   */
  static Optional<Problem> problem(DaemonSet of, Optional<Event> failure, Instant now) {
    return failure
        .filter(e -> !last(e).isBefore(now.minus(CURRENT)))
        .map(
            e -> {
              Problem p = new Problem();
              p.reason = Conditions.Problem.AGENT_NOT_CREATED;
              p.nodes = missing(of);
              p.message =
                  "the DaemonSet controller can't create pods of DaemonSet %s: %s"
                      .formatted(of.getMetadata().getName(), Limits.cut(e.getMessage()));
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
    return status.getDesiredNumberScheduled() - Sums.orZero(status.getCurrentNumberScheduled());
  }
}
