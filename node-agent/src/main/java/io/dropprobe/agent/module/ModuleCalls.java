package io.dropprobe.agent.module;

import io.dropprobe.agent.kernel.KernelException;
import io.dropprobe.agent.platform.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Makes the two system calls that may hang in the kernel, where no signal reaches them, in a thread
 * of their own, one call at a time. As a rule they end within milliseconds, so the caller waits a
 * little for the result; after that it goes on, and asks again later. Used by one thread.
 */
final class ModuleCalls {
  /** The call that is made. */
  enum Kind {
    LOAD("finit_module", "loaded"),
    UNLOAD("delete_module", "unloaded");

    final String syscall;
    final String done;

    Kind(String syscall, String done) {
      this.syscall = syscall;
      this.done = done;
    }
  }

  /** One of the kernel's calls. */
  interface Action {
    void make() throws KernelException;
  }

  /**
   * A call that has returned.
   *
   * @param target the file that was to be loaded, or that the loaded module is to be replaced by;
   *     null when none
   * @param error why the kernel refused; null when it did not
   */
  record Ended(Kind kind, ModuleFile target, KernelException error) {}

  /**
   * A call that has not returned.
   *
   * @param since time of day at which it began
   * @param millis for how long it has been running
   */
  record Running(Kind kind, ModuleFile target, Instant since, long millis) {}

  private record Call(
      Kind kind,
      ModuleFile target,
      Instant since,
      long begun,
      FutureTask<Optional<KernelException>> task) {}

  private final Time time;
  private final Duration patience;

  /** Null when none is under way, or its result has been taken. */
  private Call call;

  /**
   * @param patience how long {@link #make} waits for the call to return
   */
  ModuleCalls(Time time, Duration patience) {
    this.time = time;
    this.patience = patience;
  }

  /**
   * Begins a call, and waits a little for it to return. None may be under way, and the result of
   * the last one must have been taken.
   *
   * @param target see {@link Ended}
   */
  void make(Kind kind, ModuleFile target, Action action) {
    if (call != null) {
      throw new IllegalStateException(call.kind.syscall + " has not returned yet");
    }
    FutureTask<Optional<KernelException>> task =
        new FutureTask<>(
            () -> {
              try {
                action.make();
                return Optional.empty();
              } catch (KernelException e) {
                return Optional.of(e);
              }
            });
    call = new Call(kind, target, time.wall(), time.millis(), task);
    Thread thread = new Thread(task, "module-call");
    // The end of the process does not wait for it.
    thread.setDaemon(true);
    thread.start();
    await(patience);
  }

  /** The call that is under way; empty when there is none. */
  Optional<Running> running() {
    return call == null || call.task.isDone()
        ? Optional.empty()
        : Optional.of(new Running(call.kind, call.target, call.since, time.millis() - call.begun));
  }

  /** The result of a call that has returned, once; empty when there is none. */
  Optional<Ended> ended() {
    if (call == null || !call.task.isDone()) {
      return Optional.empty();
    }
    Call done = call;
    call = null;
    try {
      return Optional.of(new Ended(done.kind, done.target, done.task.get().orElse(null)));
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(done.kind.syscall + " could not be called", e);
    }
  }

  /** Waits for the call that is under way; returns at once when there is none. */
  void await(Duration longest) {
    if (call == null) {
      return;
    }
    try {
      call.task.get(longest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      // It is looked at again: still under way, or told by ended().
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
