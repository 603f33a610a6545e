// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Looks on a node, ten times a second and by one connection, for the first packet that is counted
 * there. A connection for each look would take an emulated node longer than what is measured.
 */
final class FirstCount {
  /** Makes a drop before each look; ends by itself, whatever becomes of the tests. */
  private static final String SCRIPT =
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
      echo counted
      """
          .formatted(Cluster.CLOSED_PORT);

  private final String node;
  private final BufferedReader output;

  private FirstCount(String node, BufferedReader output) {
    this.node = node;
    this.output = output;
  }

  /** Returns when the node is being watched. Nothing may be counting there yet. */
  static FirstCount watch(String node) {
    try {
      var watch = new FirstCount(node, Shell.start(Cluster.sshCommand(node, SCRIPT)).inputReader());
      watch.expect("watching");
      return watch;
    } catch (IOException e) {
      throw new UncheckedIOException("can't watch " + node, e);
    }
  }

  /** Returns when a packet has been counted. */
  void await() {
    expect("counted");
  }

  private void expect(String line) {
    try {
      assertEquals(line, output.readLine(), "watch on " + node);
    } catch (IOException e) {
      throw new UncheckedIOException("watching " + node, e);
    }
  }
}
