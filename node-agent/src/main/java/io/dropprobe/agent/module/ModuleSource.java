// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import io.dropprobe.agent.kernel.KernelFacts;
import io.dropprobe.agent.platform.Backoff;
import io.dropprobe.api.client.Time;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gets the module for the running kernel from the cache or the builder. Each call does what can be
 * done now and returns what is known; it never waits.
 */
final class ModuleSource {
  /** A file, a reason to wait, or a problem. */
  sealed interface Supply {
    /** The file; null unless it is ready. */
    default @Nullable ModuleFile file() {
      return null;
    }

    record Ready(ModuleFile file) implements Supply {}

    record Pending(String reason) implements Supply {}

    record Impossible(NodeProblem problem) implements Supply {}
  }

  private static final Duration STORE_AGAIN = Duration.ofSeconds(10);

  /** Time beyond the builder's own deadline before the agent gives up waiting. */
  private static final Duration GRACE = Duration.ofSeconds(30);

  private final Builder builder;
  private final ModuleCache cache;
  private final KernelFacts kernel;
  private final Time time;
  private final Duration deadline;
  // Looking for headers is cheap, a failing build is not: it costs the node a CPU. The message of
  // HeadersNotFound says how often.
  private final Backoff headersBackoff = new Backoff(Duration.ofSeconds(5), Duration.ofSeconds(60));
  private final Backoff buildBackoff = new Backoff(Duration.ofSeconds(15), Duration.ofMinutes(10));
  private final Backoff rebuildBackoff =
      new Backoff(Duration.ofSeconds(15), Duration.ofMinutes(10));

  /** Names the module in the cache, and the request to the builder; null before the first. */
  private @Nullable String key;

  /** The digest that the builder gives of itself; empty before the first. */
  private String source = "";

  private @Nullable ModuleFile current;
  private @Nullable NodeProblem problem;
  private boolean builderStarted;
  private long givenUpAt;

  /** Until when an answer waits that did not fit on the disk. */
  private long storeAt = Long.MIN_VALUE;

  ModuleSource(
      Builder builder, ModuleCache cache, KernelFacts kernel, Time time, Duration deadline) {
    this.builder = builder;
    this.cache = cache;
    this.kernel = kernel;
    this.time = time;
    this.deadline = deadline;
  }

  /** Looks for the module, and takes at most one step towards it. */
  Supply get() {
    Optional<BuilderInfo> info = builder.info();
    builderStarted = info.isPresent();
    if (info.isEmpty()) {
      return current != null
          ? new Supply.Ready(current)
          : new Supply.Pending("waiting for the container kmod-builder to start");
    }
    String id = ModuleCache.key(info.get().source(), kernel);
    adopt(id, info.get().source());
    if (current == null) {
      current = cached(id, source).orElse(null);
    }
    if (current == null && time.millis() >= storeAt) {
      takeAnswer(id);
    }
    if (current != null) {
      return new Supply.Ready(current);
    }
    return problem != null && !retry(id, problem) ? new Supply.Impossible(problem) : build(id);
  }

  /**
   * A module that was built earlier, also by another builder.
   *
   * @param id name of its directory in the cache
   * @param builder digest of the builder that made it
   * @return empty if the cache no longer has it
   */
  Optional<ModuleFile> cached(String id, String builder) {
    return cache.find(id).map(f -> f.builtBy(builder));
  }

  /** Whether a file is the one that {@link #get} supplies. */
  boolean isCurrent(ModuleFile file) {
    return current != null && current.isSameAs(file);
  }

  /** A new key comes with a new builder, which may succeed where the old one failed. */
  private void adopt(String newKey, String newSource) {
    if (!newKey.equals(key)) {
      withdraw();
      key = newKey;
      source = newSource;
      current = null;
      problem = null;
      headersBackoff.succeeded();
      buildBackoff.succeeded();
      rebuildBackoff.succeeded();
    }
  }

  private void takeAnswer(String id) {
    try {
      Optional<BuildAnswer> answer = builder.answer(id);
      if (answer.isEmpty()) {
        return;
      }
      take(id, answer.get());
      builder.forget(id);
    } catch (IOException | IllegalArgumentException e) {
      String error = String.valueOf(e.getMessage());
      if (Problems.isFull(error)) {
        // The answer stays, and is stored when there is space.
        failed(Problems.noSpace());
        storeAt = time.in(STORE_AGAIN);
        givenUpAt = time.in(deadline.plus(GRACE));
        return;
      }
      failed(Problems.buildFailed("the agent cannot use the built module: " + error, ""));
      withdraw();
    }
  }

  private void take(String id, BuildAnswer answer) throws IOException {
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
    current = cache.store(id, answer).builtBy(source);
    problem = null;
  }

  private Supply build(String id) {
    try {
      if (!builder.requested(id)) {
        // The builder compares it with the machine's clock.
        builder.request(id, kernel.release(), time.machine().plus(deadline));
        givenUpAt = time.in(deadline.plus(GRACE));
      } else if (givenUpAt == 0) {
        // This agent's predecessor sent the request.
        givenUpAt = time.in(deadline.plus(GRACE));
      } else if (time.millis() >= givenUpAt) {
        withdraw();
        return new Supply.Impossible(failed(Problems.noAnswer()));
      }
    } catch (IOException e) {
      return new Supply.Impossible(
          failed(
              Problems.isFull(e.getMessage())
                  ? Problems.noSpaceToBuild()
                  : Problems.buildFailed(
                      "the agent cannot write its request for the container kmod-builder: "
                          + e.getMessage(),
                      "")));
    }
    // The problem most likely persists, so report it until the new build has succeeded.
    return problem != null
        ? new Supply.Impossible(problem)
        : new Supply.Pending("building the module for " + kernel.release());
  }

  private boolean retry(String id, NodeProblem last) {
    return builder.requested(id) || backoff(last).ready(time.millis());
  }

  private Backoff backoff(NodeProblem of) {
    return of.unsupported() ? headersBackoff : buildBackoff;
  }

  private NodeProblem failed(NodeProblem p) {
    problem = p;
    backoff(p).failed(time.millis());
    return p;
  }

  /** When the next step is due; Long.MAX_VALUE if none is. */
  long dueAt() {
    return problem == null || current != null || !builderStarted
        ? Long.MAX_VALUE
        : backoff(problem).readyAt();
  }

  /** Whether the builder owes an answer. */
  boolean waiting() {
    return key != null && current == null && builder.requested(key);
  }

  /**
   * Reads a file before it is loaded. Deletes a file that changed on the disk, or that fails the
   * check because an earlier agent stored it unchecked, and returns empty.
   */
  Optional<byte[]> read(ModuleFile file) {
    Optional<byte[]> content =
        cache.read(file).filter(c -> ModuleCheck.complaint(c, kernel.release()).isEmpty());
    if (content.isPresent()) {
      cache.touch(file, time.machine());
    } else {
      drop(file);
    }
    return content;
  }

  /**
   * Requests a rebuild of a file that the kernel rejected: at once, then with increasing pauses,
   * since somebody may have installed the right headers.
   *
   * @return false if the next rebuild is not due yet
   */
  boolean rebuild() {
    if (!rebuildBackoff.ready(time.millis())) {
      return false;
    }
    rebuildBackoff.failed(time.millis());
    if (current != null) {
      drop(current);
    }
    return true;
  }

  private void drop(ModuleFile file) {
    try {
      cache.drop(file.key());
    } catch (IOException e) {
      // The next module that is stored replaces it.
    }
    if (isCurrent(file)) {
      current = null;
    }
  }

  /** Withdraws the request, because no probe needs the module. */
  void withdraw() {
    if (key != null) {
      try {
        builder.forget(key);
      } catch (IOException e) {
        // An answer that stays costs some disk until the pod ends.
      }
    }
    givenUpAt = 0;
  }
}
