package io.dropprobe.agent.module;

import io.dropprobe.agent.kernel.KernelFacts;
import io.dropprobe.agent.platform.Time;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * Gets the module for the running kernel: from the cache, or from the builder. Each call does what
 * can be done now and says how things stand; it never waits.
 */
final class ModuleSource {
  /** How things stand: a file, a problem, or something that is being waited for. */
  sealed interface Supply {
    record Ready(ModuleFile file) implements Supply {}

    record Pending(String reason) implements Supply {}

    record Impossible(NodeProblem problem) implements Supply {}
  }

  /** Beyond the builder's own deadline, before it is given up. */
  private static final Duration GRACE = Duration.ofSeconds(30);

  private final Builder builder;
  private final ModuleCache cache;
  private final KernelFacts kernel;
  private final Time time;
  private final Duration deadline;
  // Looking for headers is cheap, a failing build is not: it costs the node a CPU.
  private final Backoff headersBackoff = new Backoff(Duration.ofSeconds(5), Duration.ofSeconds(60));
  private final Backoff buildBackoff = new Backoff(Duration.ofSeconds(15), Duration.ofMinutes(10));
  private final Backoff rebuildBackoff =
      new Backoff(Duration.ofSeconds(15), Duration.ofMinutes(10));
  private String key;
  private ModuleFile current;
  private NodeProblem problem;
  private boolean builderThere;
  private long givenUpAt;

  ModuleSource(
      Builder builder, ModuleCache cache, KernelFacts kernel, Time time, Duration deadline) {
    this.builder = builder;
    this.cache = cache;
    this.kernel = kernel;
    this.time = time;
    this.deadline = deadline;
  }

  /** One look, and at most one step on. */
  Supply get() {
    Optional<BuilderInfo> info = builder.info();
    builderThere = info.isPresent();
    if (info.isEmpty()) {
      return current != null
          ? new Supply.Ready(current)
          : new Supply.Pending("waiting for the container kmod-builder to start");
    }
    adopt(ModuleCache.key(info.get().source(), kernel));
    if (current == null) {
      current = cache.find(key).orElse(null);
    }
    if (current == null) {
      takeAnswer();
    }
    if (current != null) {
      return new Supply.Ready(current);
    }
    return problem != null && !retry() ? new Supply.Impossible(problem) : build();
  }

  /** Another key means another builder: what failed with the old one may work now. */
  private void adopt(String wanted) {
    if (!wanted.equals(key)) {
      withdraw();
      key = wanted;
      current = null;
      problem = null;
      headersBackoff.succeeded();
      buildBackoff.succeeded();
      rebuildBackoff.succeeded();
    }
  }

  private void takeAnswer() {
    try {
      Optional<BuildAnswer> answer = builder.answer(id());
      if (answer.isEmpty()) {
        return;
      }
      take(answer.get());
      builder.forget(id());
    } catch (IOException | IllegalArgumentException e) {
      failed(
          Problems.buildFailed("the built module could not be taken over: " + e.getMessage(), ""));
      withdraw();
    }
  }

  private void take(BuildAnswer answer) throws IOException {
    if (answer.result() != BuildAnswer.Result.OK) {
      failed(Problems.of(answer));
      return;
    }
    answer.verifySum();
    Optional<String> complaint = ModuleCheck.complaint(answer.module(), kernel.release());
    if (complaint.isPresent()) {
      failed(Problems.refused(complaint.get(), kernel.release()));
      return;
    }
    current = cache.store(key, answer);
    problem = null;
  }

  private Supply build() {
    try {
      if (!builder.asked(id())) {
        builder.ask(id(), kernel.release(), time.wall().plus(deadline));
        givenUpAt = time.in(deadline.plus(GRACE));
      } else if (givenUpAt == 0) {
        // Asked by this agent's predecessor.
        givenUpAt = time.in(deadline.plus(GRACE));
      } else if (time.millis() >= givenUpAt) {
        withdraw();
        failed(Problems.noAnswer());
        return new Supply.Impossible(problem);
      }
    } catch (IOException e) {
      failed(Problems.buildFailed("the builder could not be asked: " + e.getMessage(), ""));
      return new Supply.Impossible(problem);
    }
    // While it is tried again the problem stays on show: it is most likely still there.
    return problem != null
        ? new Supply.Impossible(problem)
        : new Supply.Pending("building for " + kernel.release());
  }

  private boolean retry() {
    return builder.asked(id()) || backoff().ready(time.millis());
  }

  private Backoff backoff() {
    return problem.unsupported() ? headersBackoff : buildBackoff;
  }

  private void failed(NodeProblem p) {
    problem = p;
    backoff().failed(time.millis());
  }

  /** When the next step is due; Long.MAX_VALUE when nothing is being waited for here. */
  long dueAt() {
    return problem == null || current != null || !builderThere
        ? Long.MAX_VALUE
        : backoff().readyAt();
  }

  /** Whether an answer is being waited for. */
  boolean waiting() {
    return key != null && current == null && builder.asked(id());
  }

  /**
   * The content of a file that is to be loaded. One that has changed on the disk, or does not pass
   * the check (an earlier agent stored it without), is forgotten, and empty is the answer.
   */
  Optional<byte[]> read(ModuleFile file) {
    Optional<byte[]> content =
        cache.read(file).filter(c -> ModuleCheck.complaint(c, kernel.release()).isEmpty());
    if (content.isPresent()) {
      cache.touch(file, time.wall());
    } else {
      drop();
    }
    return content;
  }

  /**
   * The kernel says that the file is wrong: builds again, at once, and then more and more rarely,
   * because what it is built from may have been put right. False when it is not time for that.
   */
  boolean rebuild() {
    if (!rebuildBackoff.ready(time.millis())) {
      return false;
    }
    rebuildBackoff.failed(time.millis());
    drop();
    return true;
  }

  private void drop() {
    try {
      cache.drop(key);
    } catch (IOException e) {
      // The next store replaces it.
    }
    current = null;
  }

  /** Nobody wants the module any more. */
  void withdraw() {
    if (key != null) {
      try {
        builder.forget(id());
      } catch (IOException e) {
        // An answer that nobody takes costs some disk until the pod ends.
      }
    }
    givenUpAt = 0;
  }

  private String id() {
    return key;
  }
}
