// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.agent.ManualTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs on a directory that is laid out like the kernel's. */
class LinuxKernelTest {
  @TempDir Path root;
  private final List<String> written = new ArrayList<>();
  private final ManualTime time = new ManualTime();
  private LinuxKernel kernel;

  @BeforeEach
  void layOut() throws IOException {
    file("proc/sys/kernel/osrelease", "6.12.107+deb13-amd64\n");
    file("proc/sys/kernel/version", "#1 SMP PREEMPT_DYNAMIC Debian 6.12.107-1\n");
    file("proc/sys/kernel/random/boot_id", "0c8b\n");
    file("proc/sys/kernel/modules_disabled", "0\n");
    file("proc/modules", "");
    file("proc/self/status", "Name:\tjava\nCapEff:\t0000000000010000\n");
    file("proc/cmdline", "root=/dev/vda quiet\n");
    Syscalls syscalls =
        new Syscalls() {
          @Override
          public void loadModule(byte[] module, String parameters) {
            String content = new String(module, StandardCharsets.US_ASCII);
            written.add("load " + content + " with " + parameters);
          }

          @Override
          public void unloadModule(String name) {
            written.add("unload " + name);
          }

          @Override
          public void write(Path file, byte[] bytes) {
            written.add(
                root.relativize(file) + ": " + new String(bytes, StandardCharsets.US_ASCII));
          }
        };
    KernelPaths paths =
        new KernelPaths(
            root.resolve("proc"),
            root.resolve("proc/mooc/net"),
            root.resolve("sys/module"),
            root.resolve("security"));
    kernel = new LinuxKernel(paths, syscalls, time);
  }

  private void file(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private void loaded() throws IOException {
    file("sys/module/dropprobe/initstate", "live\n");
    file("sys/module/dropprobe/refcnt", "1\n");
    file("sys/module/dropprobe/version", "0.1.0\n");
    file("sys/module/dropprobe/parameters/memory_limit_mib", "4294967295\n");
    file("sys/module/dropprobe/srcversion", "ABCDEF\n");
    file(
        "proc/mooc/net/drop-packet",
        "settings:\n  abi: 1\n  reasons: kernel\n  stages: off\n  probes: a(active) _manual(inactive)\nactivated:y\n");
  }

  @Test
  void readsNetnsOfModuleAndOfNode() throws IOException {
    Path list = Path.of("proc/mooc/net/drop-probes/namespaces");
    file(
        list.toString(),
        """
        netns cookie=1 inum=4026531840 cgroup=/init.scope
        netns cookie=18446744073709551615 inum=4026532201 cgroup=-
        end records=2
        """);
    Files.createDirectories(root.resolve("proc/self/ns"));
    Files.createSymbolicLink(root.resolve("proc/self/ns/net"), Path.of("net:[4026531840]"));
    NetNamespaces n = kernel.netNamespaces();
    assertEquals(4026531840L, n.own());
    assertEquals(
        List.of(
            new NetNamespaces.NetNamespace("1", 4026531840L, "/init.scope"),
            new NetNamespaces.NetNamespace("18446744073709551615", 4026532201L, "-")),
        n.all());
    file(list.toString(), "netns cookie=1 inum=4026531840 cgroup=/init.scope\n");
    assertThrows(IOException.class, kernel::netNamespaces);
    file(list.toString(), "");
    assertEquals(List.of(), kernel.netNamespaces().all());
    Files.delete(root.resolve(list));
    assertEquals(List.of(), kernel.netNamespaces().all());
  }

  @Test
  void readsCgroupPathThatIsNotUtf8() throws IOException {
    // In ISO 8859-1 each character is one byte: 0xff is no UTF-8, 0x85 and 0x1c end no record.
    String text =
        "netns cookie=1 inum=2 cgroup=/a\u00ffb\n"
            + "netns cookie=2 inum=3 cgroup=/a\u0085b\n"
            + "netns cookie=3 inum=4 cgroup=/a\u001cb\n"
            + "netns cookie=4 inum=5 cgroup=/a\u00e2\u0080\u0083\n"
            + "end records=4\n";
    Path file = root.resolve("proc/mooc/net/drop-probes/namespaces");
    Files.createDirectories(file.getParent());
    Files.write(file, text.getBytes(StandardCharsets.ISO_8859_1));
    assertEquals(
        List.of("/a\ufffdb", "/a\ufffdb", "/a\u001cb", "/a\u2003"),
        kernel.netNamespaces().all().stream().map(NetNamespaces.NetNamespace::cgroup).toList());
  }

  @Test
  void readsIdentityOfRunningKernel() {
    assertEquals("6.12.107+deb13-amd64", kernel.facts().release());
    assertEquals("#1 SMP PREEMPT_DYNAMIC Debian 6.12.107-1", kernel.facts().version());
    assertEquals("0c8b", kernel.facts().bootId());
  }

  @Test
  void observesAbsentLiveTransientAndBuiltInModule() throws IOException {
    assertInstanceOf(ObservedModule.Absent.class, kernel.module());
    loaded();
    assertEquals(
        new ObservedModule.Live("0.1.0", "ABCDEF", 1, 4294967295L, 1, true, false),
        kernel.module());
    file("sys/module/dropprobe/initstate", "going\n");
    assertEquals(new ObservedModule.Transient("going"), kernel.module());
    Files.delete(root.resolve("sys/module/dropprobe/initstate"));
    assertInstanceOf(ObservedModule.BuiltIn.class, kernel.module());
  }

  @Test
  void observesManualProbeAndKernelWithoutReasons() throws IOException {
    loaded();
    file(
        "proc/mooc/net/drop-packet",
        "settings:\n  abi: 1\n  reasons: none\n  stages: off\n  probes: _manual(active)\nactivated:y\n");
    assertEquals(
        new ObservedModule.Live("0.1.0", "ABCDEF", 1, 4294967295L, 1, false, true),
        kernel.module());
  }

  @Test
  void unreadableProcFileLeavesAbiUnknown() throws IOException {
    loaded();
    Files.delete(root.resolve("proc/mooc/net/drop-packet"));
    assertNull(assertInstanceOf(ObservedModule.Live.class, kernel.module()).abi());
  }

  @Test
  void readsProbesSortedByName() throws IOException {
    assertEquals(List.of(), kernel.probes());
    file("proc/mooc/net/drop-probes/probes/b", probe("b"));
    file("proc/mooc/net/drop-probes/probes/a", probe("a"));
    assertEquals(List.of("a", "b"), kernel.probes().stream().map(ProbeSnapshot::name).toList());
  }

  @Test
  void readsOneProbeAlone() throws IOException {
    assertEquals(Optional.empty(), kernel.probe("a"));
    file("proc/mooc/net/drop-probes/probes/a", probe("a"));
    file("proc/mooc/net/drop-probes/probes/b", "truncated");
    assertEquals("a", kernel.probe("a").orElseThrow().name());
  }

  @Test
  void readThatStaysTruncatedIsError() throws IOException {
    file("proc/mooc/net/drop-probes/probes/a", probe("a").replace("end records=2\n", ""));
    IOException e = assertThrows(IOException.class, kernel::probes);
    assertTrue(
        e.getMessage().contains("probes/a: no record 'end' after 2 records"), e.getMessage());
  }

  @Test
  void correctsTimesOfKernelWhoseClockIsWrong() throws IOException {
    file("proc/mooc/net/drop-probes/probes/a", probe("a").replace("since=0", "since=1000000000"));
    assertEquals(Instant.ofEpochSecond(1_000_000_000), kernel.probe("a").orElseThrow().since());
    time.skew(Duration.ofHours(1));
    assertEquals(Instant.ofEpochSecond(999_996_400), kernel.probe("a").orElseThrow().since());
    assertEquals(Instant.ofEpochSecond(999_996_400), kernel.probes().get(0).since());
  }

  private static String probe(String name) {
    return "probe name="
        + name
        + " uid=u abi=1 owner=n active=n lease=0 epoch=1 since=0 now=5 gap=0\n"
        + "total packets=0 segments=0 bytes=0 filtered=0 undecided=0 unkeyed=0 notdrops=0\nend records=2\n";
  }

  @Test
  void readsReasonsOfKernel() throws IOException {
    file(
        "proc/mooc/net/drop-probes/reasons",
        "reason id=2 name=NO_SOCKET\nreason id=131073 name=QDISC_OVERLIMIT\nend records=2\n");
    assertEquals(Optional.of(131073L), kernel.reasons().id("QDISC_OVERLIMIT"));
    assertEquals(Optional.empty(), kernel.reasons().id("NO_SUCH"));
    file("proc/mooc/net/drop-probes/reasons", "reason id=two name=NO_SOCKET\n");
    assertThrows(IOException.class, kernel::reasons);
  }

  @Test
  void readsDriversOfInterfaces() throws IOException {
    assertEquals(Interfaces.NONE, kernel.interfaces());
    file(
        "proc/mooc/net/drop-probes/interfaces",
        "iface netns=1 ifindex=2 name=eth0 driver=e1000 module=e1000\nend records=1\n");
    assertEquals("e1000", kernel.interfaces().driverOf("e1000_clean", "e1000", Interfaces.Id.NONE));
  }

  @Test
  void readsErrorsOfNetworkCardsAndXdp() throws IOException {
    file(
        "proc/mooc/net/drop-probes/interfaces",
        """
        iface netns=1 ifindex=2 name=eth0 host=y driver=ixgbe
        iface netns=2 ifindex=9 name=eth0 driver=ixgbevf
        iface netns=1 ifindex=3 name=veth7 host=y kind=veth
        end records=3
        """);
    file(
        "proc/mooc/net/drop-probes/counters/a",
        """
        counters netstat=X device=rx_fifo_errors,tx_dropped xdp=xdp_exception
        xdp xdp_exception=5
        device netns=0 ifindex=0 gone=y tx_dropped=9
        device netns=1 ifindex=2 rx_fifo_errors=7 tx_dropped=3
        device netns=1 ifindex=3 tx_dropped=8
        device netns=2 ifindex=9 tx_dropped=4
        coverage of=all missing=0 missing-devices=0
        end records=7
        """);
    assertEquals(
        List.of(
            new CardErrors("eth0", "rx_fifo_errors", 7),
            new CardErrors(null, "xdp_exception", 5),
            new CardErrors("eth0", "tx_dropped", 3)),
        kernel.netstat("a", kernel.interfaces()).errors());
  }

  @Test
  void readsCountersOfKernel() throws IOException {
    assertEquals(
        Netstat.NONE, kernel.netstat("a", Interfaces.NONE), "a module of the version before");
    file(
        "proc/mooc/net/drop-probes/counters/a",
        """
        probe name=a uid=u1
        counters netstat=TcpExtListenDrops,ConntrackDrop device=tx_errors,rx_missed_errors
        netstat netns=0 gone=y TcpExtListenDrops=4
        device netns=0 ifindex=0 gone=y tx_errors=7
        netstat netns=1 TcpExtListenDrops=3
        device netns=1 ifindex=2 tx_errors=5 rx_missed_errors=1
        device netns=1 ifindex=3 tx_errors=2
        coverage of=all
        end records=8
        """);
    Netstat read = kernel.netstat("a", Interfaces.NONE);
    assertEquals(
        Set.of("TcpExtListenDrops", "ConntrackDrop", "tx_errors", "rx_missed_errors"),
        read.usable());
    assertEquals(7, read.packets("TcpExtListenDrops"));
    assertEquals(0, read.packets("ConntrackDrop"));
    assertEquals(14, read.packets("tx_errors"));
    file("proc/mooc/net/drop-probes/counters/a", "coverage of=none\nend records=2\n");
    assertThrows(IOException.class, () -> kernel.netstat("a", Interfaces.NONE), "truncated");
    file("proc/mooc/net/drop-probes/counters/a", "coverage of=none\nend records=1\n");
    assertEquals(Netstat.NONE, kernel.netstat("a", Interfaces.NONE), "a filter of ports");
    file(
        "proc/mooc/net/drop-probes/counters/a",
        """
        counters netstat=TcpExtListenDrops device=tx_errors
        device netns=1 ifindex=2 tx_errors=9223372036854775807
        device netns=1 ifindex=3 tx_errors=9223372036854775807
        coverage of=all missing=2 missing-devices=3
        end records=4
        """);
    Netstat partial = kernel.netstat("a", Interfaces.NONE);
    assertEquals(Set.of("tx_errors"), partial.usable());
    assertEquals(Long.MAX_VALUE, partial.packets("tx_errors"), "sums do not overflow");
    assertEquals(List.of(), partial.errors(), "of interfaces without hardware");
    assertEquals(2, partial.missingNamespaces());
    assertEquals(3, partial.missingDevices());
  }

  @Test
  void actsThroughSystemCalls() throws KernelException {
    kernel.command("renew a uid=u owner=n lease=5");
    kernel.load("module".getBytes(StandardCharsets.US_ASCII), 48);
    kernel.unload();
    assertEquals(
        List.of(
            "proc/mooc/net/drop-probes/control: renew a uid=u owner=n lease=5\n",
            "load module with memory_limit_mib=48",
            "unload dropprobe"),
        written);
  }

  @Test
  void preflightReadsWhatPreventsLoad() throws IOException {
    assertEquals(new Preflight(true, false, null, null, true, false), kernel.preflight());

    file("proc/sys/kernel/modules_disabled", "1\n");
    file("security/lockdown", "none [integrity] confidentiality\n");
    file("sys/module/module/parameters/sig_enforce", "Y\n");
    file("proc/self/status", "CapEff:\t00000000a80425fb\n");
    file("proc/cmdline", "quiet module_blacklist=nouveau,dropprobe\n");
    Files.delete(root.resolve("proc/modules"));
    assertEquals(new Preflight(false, true, "integrity", true, false, true), kernel.preflight());
  }

  @Test
  void lockdownNoneDoesNotPreventLoad() throws IOException {
    file("security/lockdown", "[none] integrity confidentiality\n");
    assertFalse(kernel.preflight().lockedDown());
  }
}
