// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dropprobe.agent.api.Cluster;
import io.dropprobe.agent.api.ClusterView;
import io.dropprobe.agent.report.ReportWriter;
import io.dropprobe.api.rules.NodeFacts;
import io.dropprobe.api.trial.TrialBoard;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.Predecessor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** An API server in memory, as one node sees it. */
public final class FakeApi implements Cluster, ReportWriter {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Every report that was written, oldest first. */
  public final List<DropProbeNodeStatus> reports = new ArrayList<>();

  public List<DropProbe> probes = new ArrayList<>();
  public NodeFacts node =
      new NodeFacts("node-uid-1", Map.of("kubernetes.io/os", "linux"), List.of());

  /** What the operator knows of the nodes' trials. */
  public TrialBoard trials = TrialBoard.EMPTY;

  /** Whether requests are answered. */
  public boolean up = true;

  /** Whether writes are accepted. */
  public boolean writes = true;

  /** Whether DropProbe is being uninstalled. */
  public boolean uninstalling;

  /** Whether the list of DropProbes is refused on shutdown. */
  public boolean refuses;

  /** Other nodes, whose reports can be read. */
  public final Map<String, FakeApi> others = new HashMap<>();

  /** Answers that are still to come. */
  public final List<Runnable> answers = new ArrayList<>();

  /** Earlier Nodes of this name whose counts are in every report; null means none. */
  public List<Predecessor> predecessors;

  private ClusterView followed;
  private boolean started;
  private DropProbeNodeStatus first;

  /** A new process starts to watch. */
  void restart() {
    followed = null;
    started = false;
  }

  @Override
  public void complete(DropProbeNodeStatus status) {
    status.predecessors = predecessors;
  }

  @Override
  public Optional<ClusterView> view() {
    if (up) {
      if (!started) {
        first = last();
        started = true;
      }
      followed = new ClusterView(node, List.copyOf(probes), first, trials);
    }
    return Optional.ofNullable(followed);
  }

  @Override
  public CompletableFuture<Optional<DropProbeNodeStatus>> reportOf(String name) {
    CompletableFuture<Optional<DropProbeNodeStatus>> answer = new CompletableFuture<>();
    FakeApi other = others.get(name);
    answers.add(() -> answer.complete(Optional.ofNullable(other == null ? null : other.last())));
    if (up) {
      answer();
    }
    return answer;
  }

  /** Gives the answers that are still to come. */
  public void answer() {
    answers.forEach(Runnable::run);
    answers.clear();
  }

  @Override
  public Optional<ClusterView> ask() {
    if (!up) {
      return Optional.empty();
    }
    if (refuses) {
      return Optional.of(ClusterView.refused(node));
    }
    ClusterView view = new ClusterView(node, List.copyOf(probes), last(), trials);
    return Optional.of(uninstalling ? view.withoutProbes() : view);
  }

  @Override
  public void write(DropProbeNodeStatus status, Consumer<Exception> done) {
    if (up && writes) {
      reports.add(copy(status));
      done.accept(null);
    } else {
      done.accept(new IllegalStateException("connection refused"));
    }
  }

  /** The report in the API; null if there is none. */
  public DropProbeNodeStatus last() {
    return reports.isEmpty() ? null : reports.get(reports.size() - 1);
  }

  private static DropProbeNodeStatus copy(DropProbeNodeStatus status) {
    try {
      return JSON.readValue(JSON.writeValueAsBytes(status), DropProbeNodeStatus.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
