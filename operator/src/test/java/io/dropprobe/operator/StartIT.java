// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.operator.testing.Await;
import io.dropprobe.operator.testing.FakeNode;
import io.dropprobe.operator.testing.LateAnswer;
import io.dropprobe.operator.testing.RunningOperator;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The start of an operator whose first lists take long. */
class StartIT extends OperatorSupport {
  @ParameterizedTest
  @ValueSource(strings = {"/nodes", "/dropprobenodes", "/dropprobes", "/configmaps", "/daemonsets"})
  void listThatIsNotCompleteIsNotTakenForAnEmptyOne(String list) throws Exception {
    FakeNode a = node("a");
    DropProbe probe = create("there", p -> {});
    a.counts(probe, ProbeState.Active, 5);
    await("there", s -> s.packets != null && s.packets.lost == 5);
    // Another controller creates it.
    Await.until("the DaemonSet exists", () -> daemonSet() != null, OperatorSupport::everything);
    String before = admin.getKubernetesSerialization().asJson(status("there"));
    String agents = daemonSetUid();
    stop();

    LateAnswer late = new LateAnswer(r -> r.uri().getPath().endsWith(list));
    try (KubernetesClient client = api.operator(late)) {
      // Not in the common pool: Java 25 uses it for the client's answers, too, and with two
      // processors it has one thread.
      CompletableFuture<RunningOperator> start =
          CompletableFuture.supplyAsync(
              () -> new RunningOperator(client), task -> new Thread(task).start());
      try {
        Await.until("the list of " + list + " is asked for", late::isAwaited);
        a.counts(probe, ProbeState.Active, 8);
        assertFalse(start.isDone(), "it has started without a complete list");
        assertEquals(before, admin.getKubernetesSerialization().asJson(status("there")));
      } finally {
        late.arrive();
      }
      RunningOperator second = start.get();
      try {
        await("there", s -> s.packets.lost == 8);
        assertEquals(1, status("there").nodes.active);
        assertEquals(agents, daemonSetUid());
      } finally {
        second.close();
      }
    } finally {
      start();
    }
  }
}
