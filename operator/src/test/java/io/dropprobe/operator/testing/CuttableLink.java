// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Forwards to a port of this machine. When cut, it closes all connections and accepts none. */
public final class CuttableLink implements AutoCloseable {
  private final ServerSocket listener;
  private final int to;
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
      daemon(() -> copy(from, target));
      daemon(() -> copy(target, from));
    }
  }

  private Socket keep(Socket s) throws IOException {
    open.add(s);
    if (listener.isClosed()) {
      s.close();
    }
    return s;
  }

  private static void copy(Socket from, Socket to) throws IOException {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    }
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
