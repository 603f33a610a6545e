// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.agent.kernel.NetNamespaces;
import io.dropprobe.agent.kernel.NetNamespaces.NetNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodNetnsTest {
  private static final String A = "0b9c2f64-6e0b-4f0c-9a35-1d2e3f4a5b6c";
  private static final String B = "11111111-6e0b-4f0c-9a35-1d2e3f4a5b6c";
  private static final String STATIC = "d35aa82e3c2c5b6a1f0e9d8c7b6a5f4e";
  private static final List<String> FOLDERS =
      List.of("shop_cart-0_" + A, "bank_db-0_" + B, "kube-system_etcd-cp_" + STATIC, "lost+found");

  private static NetNamespace pod(String cookie, long inum, String uid) {
    return new NetNamespace(cookie, inum, "/kubepods/burstable/pod" + uid + "/8f");
  }

  private static PodNetns podNetns(NetNamespace... pods) {
    List<NetNamespace> all = new ArrayList<>(List.of(pods));
    all.add(new NetNamespace("1", 4026531840L, "/init.scope"));
    return PodNetns.of(new NetNamespaces(all, 4026531840L), Optional.of(FOLDERS));
  }

  @Test
  void findsNetnsOfPodsByNamespace() {
    PodNetns n = podNetns(pod("7", 100, A), pod("8", 101, B), pod("9", 102, STATIC));
    assertEquals("7", n.choose(List.of("shop")).cookies());
    assertEquals("7,8", n.choose(List.of("shop", "bank")).cookies());
    assertEquals("9", n.choose(List.of("kube-system")).cookies());
    assertEquals("", n.choose(List.of("elsewhere")).cookies());
    assertNull(n.choose(List.of("elsewhere")).note());
  }

  @Test
  void sortsCookiesAsUnsignedNumbers() {
    PodNetns n = podNetns(pod("18446744073709551615", 100, A), pod("10", 101, A), pod("9", 102, A));
    assertEquals("9,10,18446744073709551615", n.choose(List.of("shop")).cookies());
  }

  @Test
  void reportsLogDirectoryWithoutAnyPod() {
    NetNamespaces kernel = new NetNamespaces(List.of(pod("7", 100, A)), 4026531840L);
    for (List<String> folders : List.of(List.<String>of(), List.of("lost+found"))) {
      PodNetns.Choice c = PodNetns.of(kernel, Optional.of(folders)).choose(List.of("shop"));
      assertEquals("", c.cookies());
      assertTrue(
          c.note().contains("matches nothing on this node: /var/log/pods has no directory"),
          c.note());
    }
  }

  /** The oldest process in the node's network namespace may belong to a pod. */
  @Test
  void neverMatchesNetnsOfNode() {
    PodNetns n =
        PodNetns.of(
            new NetNamespaces(List.of(pod("1", 4026531840L, A)), 4026531840L),
            Optional.of(FOLDERS));
    assertEquals("", n.choose(List.of("shop")).cookies());
  }

  @Test
  void ignoresPodUnknownToKubelet() {
    PodNetns n = podNetns(pod("7", 100, "22222222-6e0b-4f0c-9a35-1d2e3f4a5b6c"));
    assertEquals("", n.choose(List.of("shop", "bank")).cookies());
  }

  @Test
  void takesPodOfThisKubeletAmongNestedPods() {
    NetNamespace nested =
        new NetNamespace("7", 100, "/kubepods/pod22222222-6e0b-4f0c-9a35-1d2e3f4a5b6c/k/pod" + B);
    assertEquals("7", podNetns(nested).choose(List.of("bank")).cookies());
  }

  @Test
  void matchesOldestNetnsBeyondLimitAndReportsIt() {
    NetNamespace[] many = new NetNamespace[600];
    for (int i = 0; i < many.length; i++) {
      many[i] = pod("" + (i + 2), 100 + i, A);
    }
    PodNetns.Choice c = podNetns(many).choose(List.of("shop"));
    assertEquals(512, c.cookies().split(",").length);
    assertTrue(c.cookies().startsWith("2,3,"), c.cookies());
    assertTrue(c.note().contains("600") && c.note().contains("512"), c.note());
  }

  @Test
  void reportsWhyPodsCannotBeIdentified() {
    NetNamespaces kernel = new NetNamespaces(List.of(pod("7", 100, A)), 4026531840L);
    NetNamespaces lost = new NetNamespaces(List.of(pod("7", 100, A)), null);
    NetNamespaces v1 = new NetNamespaces(List.of(new NetNamespace("7", 100, "/")), 4026531840L);
    for (PodNetns n :
        List.of(
            PodNetns.of(kernel, Optional.empty()),
            PodNetns.of(lost, Optional.of(FOLDERS)),
            PodNetns.of(v1, Optional.of(FOLDERS)))) {
      PodNetns.Choice c = n.choose(List.of("shop"));
      assertEquals("", c.cookies());
      assertTrue(
          c.note().startsWith("spec.match.namespaces matches nothing on this node: "), c.note());
    }
  }

  @Test
  void readsOnlyNamesOfLogDirectories(@TempDir Path logs) throws IOException {
    Files.createDirectories(logs.resolve("shop_cart-0_" + A));
    assertEquals(List.of("shop_cart-0_" + A), PodFolders.list(logs).orElseThrow());
    assertEquals(Optional.empty(), PodFolders.list(logs.resolve("missing")));
  }
}
