// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Forwards to a port of this machine. When cut, it closes all connections and accepts none. When
 * frozen, it keeps its connections and forwards nothing through them; later ones work.
 */
public final class CuttableLink implements AutoCloseable {
  private final ServerSocket listener;
  private final int to;
  private final AtomicInteger freezes = new AtomicInteger();
  private final List<Socket> open = new CopyOnWriteArrayList<>();

  /** Starts to accept connections, at a free port. */
  public CuttableLink(int to) throws IOException {
    this(0, to);
  }

  /** Starts to accept connections at a port. */
  public CuttableLink(int port, int to) throws IOException {
    this.to = to;
    this.listener = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
    daemon(this::accept);
  }

  public int port() {
    return listener.getLocalPort();
  }

  private void accept() throws IOException {
    while (true) {
      Socket from = keep(listener.accept());
      Socket target = keep(new Socket(InetAddress.getLoopbackAddress(), to));
      int made = freezes.get();
      daemon(() -> copy(from, target, made));
      daemon(() -> copy(target, from, made));
    }
  }

  private Socket keep(Socket s) throws IOException {
    open.add(s);
    if (listener.isClosed()) {
      s.close();
    }
    return s;
  }

  private void copy(Socket from, Socket to, int made) throws IOException {
    try (from;
        to) {
      byte[] buffer = new byte[8192];
      for (int n; (n = from.getInputStream().read(buffer)) >= 0; ) {
        if (made == freezes.get()) {
          to.getOutputStream().write(buffer, 0, n);
        }
      }
      while (made != freezes.get() && !listener.isClosed()) {
        LockSupport.parkNanos(100_000_000); // neither end hears that the other one has closed
      }
    }
  }

  /** Freezes the connections that exist. */
  public void freeze() {
    freezes.incrementAndGet();
  }

  @Override
  public void close() {
    cut();
  }

  /** Cuts the link; it can't be restored. */
  public void cut() {
    try {
      listener.close();
      for (Socket s : open) {
        s.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  private static void daemon(Step step) {
    Thread thread =
        new Thread(
            () -> {
              try {
                step.run();
              } catch (IOException e) {
                // One end is closed, or the link is cut: close the other end.
              }
            });
    thread.setDaemon(true);
    thread.start();
  }
}
