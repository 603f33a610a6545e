// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Looks on a node, ten times a second and by one connection, for what is to happen in its kernel. A
 * connection for each look would take an emulated node longer than what is measured.
 */
final class NodeWatch {
  /** Makes a drop before each look; ends by itself, whatever becomes of the tests. */
  private static final String FIRST_COUNT =
      """
      packets() {
        cat /proc/mooc/net/drop-probes/probes/* |
          awk '/^total / { sub("packets=", "", $2); n += $2 } END { print n + 0 }'
      }
      before=$(packets)
      now=$before
      echo watching
      until [ "$now" != "$before" ] && [ "$now" != 0 ]; do
        [ "$SECONDS" -lt 60 ] || exit 1
        echo >/dev/udp/127.0.0.1/%d
        sleep 0.1
        now=$(packets)
      done
      echo seen
      """
          .formatted(Cluster.CLOSED_PORT);

  private static final String UNLOAD =
      """
      [ -d /sys/module/dropprobe ] || exit 1
      echo watching
      while [ -d /sys/module/dropprobe ]; do
        [ "$SECONDS" -lt 120 ] || exit 1
        sleep 0.1
      done
      echo seen
      """;

  private final String node;
  private final BufferedReader output;

  private NodeWatch(String node, BufferedReader output) {
    this.node = node;
    this.output = output;
  }

  /** Waits for the first packet that is counted. Nothing may be counting there yet. */
  static NodeWatch firstCount(String node) {
    return begin(node, FIRST_COUNT);
  }

  /** Waits until the module has left the kernel. It must be there. */
  static NodeWatch unload(String node) {
    return begin(node, UNLOAD);
  }

  /** Returns when the node is being watched. */
  private static NodeWatch begin(String node, String script) {
    try {
      var watch = new NodeWatch(node, Shell.start(Cluster.sshCommand(node, script)).inputReader());
      watch.expect("watching");
      return watch;
    } catch (IOException e) {
      throw new UncheckedIOException("can't watch " + node, e);
    }
  }

  /** Returns when it has happened. */
  void await() {
    expect("seen");
  }

  private void expect(String line) {
    try {
      assertEquals(line, output.readLine(), "watch on " + node);
    } catch (IOException e) {
      throw new UncheckedIOException("watching " + node, e);
    }
  }
}
