// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import io.dropprobe.agent.kernel.KernelException;
import io.dropprobe.api.client.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Makes the two system calls that may hang in the kernel, where no signal interrupts them, in a
 * thread of their own, one call at a time. Most return within milliseconds, so the caller waits
 * briefly; if the call has not returned by then, the caller asks for its result later. Used by one
 * thread.
 */
final class ModuleCalls {
  /** Which system call. */
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

  /** Makes the system call. */
  interface Action {
    void make() throws KernelException;
  }

  /**
   * A call that has returned.
   *
   * @param target the file to load, or to replace the unloaded module; null means none
   * @param error why the kernel refused; null means that the call succeeded
   */
  record Ended(Kind kind, @Nullable ModuleFile target, @Nullable KernelException error) {}

  /**
   * A call that has not returned.
   *
   * @param since time of day when it began
   * @param millis how long it has been running
   */
  record Running(Kind kind, @Nullable ModuleFile target, Instant since, long millis) {}

  private record Call(
      Kind kind,
      @Nullable ModuleFile target,
      Instant since,
      long begun,
      FutureTask<Optional<KernelException>> task) {}

  private final Time time;
  private final Duration patience;

  /** Null means that no call is running and the result of the last one has been taken. */
  private @Nullable Call call;

  /**
   * Makes no call yet.
   *
   * @param patience how long {@link #make} waits for a call to return
   */
  ModuleCalls(Time time, Duration patience) {
    this.time = time;
    this.patience = patience;
  }

  /**
   * Begins a call and waits briefly for it to return. No other call may be running, and the result
   * of the last one must have been taken.
   *
   * @param target see {@link Ended}
   */
  void make(Kind kind, @Nullable ModuleFile target, Action action) {
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
    // A call that hangs must not keep the process from ending.
    thread.setDaemon(true);
    thread.start();
    await(patience);
  }

  /** The running call; empty if there is none. */
  Optional<Running> running() {
    return call == null || call.task.isDone()
        ? Optional.empty()
        : Optional.of(new Running(call.kind, call.target, call.since, time.millis() - call.begun));
  }

  /** Takes the result of a call that has returned; empty if there is none. */
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

  /** Waits for the running call; returns at once if there is none. */
  void await(Duration longest) {
    if (call == null) {
      return;
    }
    try {
      call.task.get(longest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      // running() or ended() will show what became of it.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
