// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PodCgroupTest {
  private static final String UID = "0b9c2f64-6e0b-4f0c-9a35-1d2e3f4a5b6c";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod0b9c2f64_6e0b_4f0c_9a35_1d2e3f4a5b6c.slice/cri-containerd-8f.scope",
        "/kubepods.slice/kubepods-pod0b9c2f64_6e0b_4f0c_9a35_1d2e3f4a5b6c.slice/crio-8f.scope",
        "/kubepods.slice/kubepods-pod0b9c2f64_6e0b_4f0c_9a35_1d2e3f4a5b6c.slice",
        "/kubepods/burstable/pod0b9c2f64-6e0b-4f0c-9a35-1d2e3f4a5b6c/8f",
        "/kubepods/pod0b9c2f64-6e0b-4f0c-9a35-1d2e3f4a5b6c",
        "/docker/8f/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod0b9c2f64_6e0b_4f0c_9a35_1d2e3f4a5b6c.slice/cri-containerd-8f.scope",
      })
  void findsPodUnderBothCgroupDrivers(String path) {
    assertEquals(List.of(UID), PodCgroup.uids(path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podd35aa82e3c2c5b6a1f0e9d8c7b6a5f4e.slice/cri-containerd-8f.scope",
        "/kubepods/burstable/podd35aa82e3c2c5b6a1f0e9d8c7b6a5f4e/8f",
      })
  void findsStaticPod(String path) {
    assertEquals(List.of("d35aa82e3c2c5b6a1f0e9d8c7b6a5f4e"), PodCgroup.uids(path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-",
        "/",
        "/init.scope",
        "/system.slice/podman.service",
        "/machine.slice/libpod-0b9c2f64.scope",
        "/kubepods.slice",
        "/x/pod0b9c2f64-6e0b-4f0c-9a35-1d2e3f4a5b6c7",
      })
  void findsNoPodInOtherCgroups(String path) {
    assertEquals(List.of(), PodCgroup.uids(path));
  }

  @Test
  void returnsOutermostOfNestedPodsFirst() {
    assertEquals(
        List.of(UID, "d35aa82e3c2c5b6a1f0e9d8c7b6a5f4e"),
        PodCgroup.uids("/kubepods/pod" + UID + "/kubepods/podd35aa82e3c2c5b6a1f0e9d8c7b6a5f4e/8f"));
  }
}
