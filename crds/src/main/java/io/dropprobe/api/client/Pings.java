// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.client;

import java.io.IOException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Sends pings through a WebSocket, and ends it when nothing comes back. A watch can be silent for
 * minutes, so a connection that is dead looks like one without changes: an API server or a load
 * balancer that vanishes sends no FIN, and the HTTP client of the JDK sends no pings and sets no
 * TCP keepalive. The API server answers pings of a watch (apimachinery's {@code wsstream} reads and
 * so answers them). The watch's owner gets an error and connects again.
 */
final class Pings implements WebSocket.Listener {
  private static final ScheduledExecutorService TIMER =
      Executors.newSingleThreadScheduledExecutor(
          r -> {
            Thread t = new Thread(r, "websocket-pings");
            t.setDaemon(true);
            return t;
          });

  private final WebSocket.Listener owner;
  private final Duration patience;
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile long heard;
  private volatile @Nullable ScheduledFuture<?> timer;

  /**
   * @param owner gets everything else, and one error when the connection is dead
   * @param patience how long nothing may come; three pings are sent in this time
   */
  Pings(WebSocket.Listener owner, Duration patience) {
    this.owner = owner;
    this.patience = patience;
  }

  @Override
  public void onOpen(WebSocket socket) {
    heard = System.nanoTime();
    long period = patience.toMillis() / 3;
    timer = TIMER.scheduleAtFixedRate(() -> ping(socket), period, period, TimeUnit.MILLISECONDS);
    owner.onOpen(socket);
  }

  private void ping(WebSocket socket) {
    if (ended.get() || socket.isInputClosed() || socket.isOutputClosed()) {
      // The owner gets its error or its end later, in another thread.
      cancel();
    } else if (System.nanoTime() - heard > patience.toNanos()) {
      if (end()) {
        socket.abort();
        owner.onError(
            socket,
            new IOException(
                "the API server has not answered pings for " + patience.toSeconds() + " s"));
      }
    } else {
      // Fails while the last one has not been sent; the next period tries again.
      socket.sendPing(ByteBuffer.allocate(0));
    }
  }

  /** Stops the pings, and records that the owner learns the end; false if it has before. */
  private boolean end() {
    cancel();
    return !ended.getAndSet(true);
  }

  private void cancel() {
    ScheduledFuture<?> running = timer;
    if (running != null) {
      running.cancel(false);
    }
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
    heard = System.nanoTime();
    return owner.onText(socket, data, last);
  }

  @Override
  public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
    heard = System.nanoTime();
    return owner.onBinary(socket, data, last);
  }

  @Override
  public @Nullable CompletionStage<?> onPing(WebSocket socket, ByteBuffer message) {
    heard = System.nanoTime();
    return owner.onPing(socket, message);
  }

  @Override
  public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
    heard = System.nanoTime();
    return owner.onPong(socket, message);
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
    end();
    return owner.onClose(socket, code, reason);
  }

  @Override
  public void onError(WebSocket socket, Throwable error) {
    // After an abort the owner has its error already.
    if (end()) {
      owner.onError(socket, error);
    }
  }
}
