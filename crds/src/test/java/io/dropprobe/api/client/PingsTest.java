// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PingsTest {
  private final List<Throwable> errors = new CopyOnWriteArrayList<>();
  private final CountDownLatch failed = new CountDownLatch(1);

  private final WebSocket.Listener owner =
      new WebSocket.Listener() {
        @Override
        public void onError(WebSocket socket, Throwable error) {
          errors.add(error);
          failed.countDown();
        }
      };

  @Test
  void endsConnectionThatDoesNotAnswer() throws InterruptedException {
    Socket socket = new Socket(0);
    Pings pings = new Pings(owner, Duration.ofMillis(300));
    pings.onOpen(socket);
    assertTrue(failed.await(1, TimeUnit.MINUTES));
    assertTrue(socket.aborted);
    // The HTTP client reports the abort, too.
    pings.onError(socket, new IOException("aborted"));
    assertEquals(1, errors.size(), "the owner must connect again once: " + errors);
    assertTrue(errors.get(0).getMessage().contains("has not answered"));
  }

  @Test
  void keepsConnectionThatAnswers() throws InterruptedException {
    Socket socket = new Socket(20);
    socket.listener = new Pings(owner, Duration.ofMillis(1500));
    socket.listener.onOpen(socket);
    assertTrue(socket.answered.await(1, TimeUnit.MINUTES), "it lives longer than its patience");
    assertFalse(socket.aborted);
    socket.listener.onClose(socket, 1000, "");
    assertEquals(List.of(), errors);
  }

  @Test
  void passesErrorOnAndPingsNoMore() throws InterruptedException {
    Socket socket = new Socket(0);
    Pings pings = new Pings(owner, Duration.ofMillis(300));
    pings.onOpen(socket);
    pings.onError(socket, new IOException("reset"));
    TimeUnit.MILLISECONDS.sleep(600);
    assertEquals("reset", errors.get(0).getMessage());
    assertEquals(1, errors.size());
    assertFalse(socket.aborted);
  }

  /** The HTTP client marks a failed socket as closed, and reports the error later. */
  @Test
  void passesErrorOnThatComesAfterTheSocketWasClosed() throws InterruptedException {
    Socket socket = new Socket(0);
    Pings pings = new Pings(owner, Duration.ofMillis(300));
    pings.onOpen(socket);
    socket.abort();
    TimeUnit.MILLISECONDS.sleep(300);
    pings.onError(socket, new IOException("reset"));
    assertEquals("reset", errors.get(0).getMessage());
    assertEquals(1, errors.size());
  }

  /** Answers a number of pings. */
  private static final class Socket implements WebSocket {
    private final CountDownLatch answered;
    private volatile Listener listener;
    private volatile boolean aborted;

    Socket(int answers) {
      answered = new CountDownLatch(answers);
    }

    @Override
    public CompletableFuture<WebSocket> sendPing(ByteBuffer message) {
      if (answered.getCount() > 0) {
        answered.countDown();
        listener.onPong(this, message);
      }
      return CompletableFuture.completedFuture(this);
    }

    @Override
    public CompletableFuture<WebSocket> sendText(CharSequence data, boolean last) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<WebSocket> sendBinary(ByteBuffer data, boolean last) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<WebSocket> sendPong(ByteBuffer message) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<WebSocket> sendClose(int statusCode, String reason) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void request(long n) {}

    @Override
    public String getSubprotocol() {
      return "";
    }

    @Override
    public boolean isOutputClosed() {
      return aborted;
    }

    @Override
    public boolean isInputClosed() {
      return aborted;
    }

    @Override
    public void abort() {
      aborted = true;
    }
  }
}
