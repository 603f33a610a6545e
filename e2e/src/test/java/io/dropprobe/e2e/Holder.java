// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/**
 * The kernel module of e2e/holder on a node: while it holds, loads and unloads of dropprobe hang.
 */
final class Holder {
  private static final Path SOURCE = Path.of("holder");
  private final String node;

  private Holder(String node) {
    this.node = node;
  }

  /**
   * Compiles it in the container kmod-builder of the node's agent, which has all it takes, and
   * loads it.
   */
  static Holder on(String node) {
    var pod = Cluster.agent(node).getMetadata();
    var release = Cluster.ssh(node, "uname -r");
    Shell.output(
        "e2e/kubectl",
        "-n",
        Cluster.NAMESPACE,
        "exec",
        pod.getName(),
        "-c",
        "kmod-builder",
        "--",
        "sh",
        "-c",
        ("set -e; export TMPDIR=/build/tmp; mkdir -p /build/tmp/holder; cd /build/tmp/holder;"
                + " echo %s | base64 -d >holder.c; echo %s | base64 -d >Kbuild;"
                + " cp /opt/dropprobe/module/Makefile .; dir=/lib/modules/%s/build;"
                + " [ -e $dir ] || dir=/host$dir;"
                + " make KDIR=$dir CC=gcc CONFIG_DEBUG_INFO_BTF_MODULES= KCFLAGS=-g0")
            .formatted(source("holder.c"), source("Kbuild"), release));
    Cluster.ssh(
        node,
        "insmod /var/lib/kubelet/pods/%s/volumes/kubernetes.io~empty-dir/build/tmp/holder/holder.ko"
            .formatted(pod.getUid()));
    return new Holder(node);
  }

  private static String source(String file) {
    try {
      return Base64.getEncoder().encodeToString(Files.readAllBytes(SOURCE.resolve(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What hangs goes on; the module leaves the kernel. */
  void release() {
    Cluster.ssh(node, "echo 0 >/sys/module/holder/parameters/hold && rmmod holder");
  }
}
