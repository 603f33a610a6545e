// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import io.dropprobe.agent.ManualTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A kernel in memory with the semantics of {@code kmod-builder/module/PROTOCOL.md}: owners, leases,
 * epochs, errors. {@link CommandTableTest} compares its answers with the real module's. Several
 * agents may share it.
 */
public final class FakeKernel implements Kernel {
  private static final Pattern SRCVERSION = Pattern.compile("srcversion=([0-9A-F]+)");

  /** Every command that was accepted, in order. */
  public final List<String> commands = new ArrayList<>();

  /** Errors with which the next loads fail, in order. */
  public final List<Errno> loadErrors = new ArrayList<>();

  /** Errors with which the next command of a verb fails. */
  public final Map<String, Errno> commandErrors = new HashMap<>();

  /** Actions just before the next command, by its first word. */
  public final Map<String, Runnable> beforeCommand = new HashMap<>();

  public Preflight preflight = Preflight.CLEAR;

  /** State of a module that is being loaded or unloaded; null for neither. */
  public String transientState;

  public boolean refuseFilters;

  /** Names of the probes for whose counters there is no memory. */
  public final Set<String> tooLarge = new HashSet<>();

  /** Whether there is no memory for the counters of stages. */
  public boolean stagesTooLarge;

  public boolean namesReasons = true;
  public boolean manualActive;

  /** Cookie and cgroup of each network namespace; the node's own is 1. */
  public final Map<String, String> netns = new TreeMap<>(Map.of("1", "/init.scope"));

  /** The kernel's own counters by the name of the probe. */
  public final Map<String, Netstat> netstat = new HashMap<>();

  /** Drivers of the kernel's interfaces. */
  public Interfaces interfaces = Interfaces.NONE;

  /** How often the state of the module was read. */
  public int moduleReads;

  /** How often all probes were read. */
  public int probesReads;

  /** How often one probe was read by its name. */
  public int singleReads;

  public int loads;

  public int unloads;

  /** CPUs for whose counters the module has no memory. */
  public long missingCpus;

  /** If set, loads and unloads hang until it is counted down. */
  public volatile CountDownLatch hang;

  /** The module that was loaded last. */
  public byte[] image;

  /** MiB for the counters, with which it was loaded. */
  public Long memoryLimit;

  /** Readings of all probes that fail; the first one of a test is number 1. */
  public final Set<Integer> failedReads = new HashSet<>();

  /** Time that a read of the probes takes. */
  public Duration slowness = Duration.ZERO;

  private final ManualTime time;
  private final Map<String, Probe> probes = new TreeMap<>();
  private String srcversion;
  private int boots = 1;
  private int epochs;

  public FakeKernel(ManualTime time) {
    this.time = time;
  }

  private static final class Probe {
    String name;
    String uid;
    String owner;
    Map<String, String> filter;
    String epoch;
    String tag;
    Instant since;
    boolean active;
    long leaseSeconds;
    long leaseEndMillis;
    long expiredAtMillis = -1;
    long gapMillis;
    final Map<String, Long> drops = new TreeMap<>();
    long received;

    List<StageReading> stages() {
      return filter.containsKey("stages")
          ? List.of(
              new StageReading("ip_rcv", "tracepoint", "ip_rcv", received, null, 0L),
              new StageReading("napi_gro_receive", "none", null, null, null, null))
          : List.of();
    }
  }

  // For tests.

  /**
   * Drops packets: each active probe counts them.
   *
   * @param reason a reason, or {@code REASON@function}
   */
  public void drop(String reason, long packets) {
    expire();
    probes.values().stream()
        .filter(p -> p.active)
        .forEach(p -> p.drops.merge(reason, packets, Long::sum));
  }

  /** Receives packets without dropping them. */
  public void receive(long packets) {
    probes.values().stream().filter(p -> p.active).forEach(p -> p.received += packets);
  }

  /** Reboots, which removes the module and all its probes. */
  public void reboot() {
    srcversion = null;
    probes.clear();
    boots++;
  }

  /** Loads a module as a person would do. */
  public void loaded(String version) {
    srcversion = version;
  }

  /** The srcversion of the loaded module; null if none is loaded. */
  public String srcversion() {
    return srcversion;
  }

  /** One line for each probe: {@code name(active) owner}. */
  public List<String> summary() {
    expire();
    return probes.values().stream()
        .map(p -> p.name + (p.active ? "(active) " : "(inactive) ") + p.owner)
        .toList();
  }

  /** The options that a probe was added with. */
  public String filter(String name) {
    return probes.get(name).filter.toString();
  }

  /** Seconds until the probe's lease expires. */
  public long leaseLeft(String name) {
    return secondsLeft(probes.get(name));
  }

  // The interface to the agent.

  @Override
  public KernelFacts facts() {
    return new KernelFacts("6.12.1-test", "#1 SMP", "x86_64", "boot-" + boots);
  }

  @Override
  public Preflight preflight() {
    return preflight;
  }

  @Override
  public ObservedModule module() {
    moduleReads++;
    if (transientState != null) {
      return new ObservedModule.Transient(transientState);
    }
    return srcversion == null
        ? new ObservedModule.Absent()
        : new ObservedModule.Live(
            "0.1.0", srcversion, references(), memoryLimit, 1, namesReasons, manualActive);
  }

  private int references() {
    return (int) probes.values().stream().filter(p -> p.active).count() + (manualActive ? 1 : 0);
  }

  @Override
  public List<ProbeSnapshot> probes() throws IOException {
    probesReads++;
    if (failedReads.contains(probesReads)) {
      throw new IOException("probes/a: Cannot allocate memory");
    }
    return snapshots();
  }

  private List<ProbeSnapshot> snapshots() {
    time.pass(slowness);
    expire();
    return srcversion == null ? List.of() : probes.values().stream().map(this::snapshot).toList();
  }

  @Override
  public Optional<ProbeSnapshot> probe(String name) {
    singleReads++;
    return snapshots().stream().filter(p -> p.name().equals(name)).findFirst();
  }

  private ProbeSnapshot snapshot(Probe p) {
    List<ProbeSnapshot.Reason> reasons = new ArrayList<>();
    List<ProbeSnapshot.Cell> cells = new ArrayList<>();
    p.drops.forEach(
        (drop, n) -> {
          String[] names = drop.split("@");
          String name = names[0];
          long id = name.hashCode() & 0xffff;
          PacketCounters counters = new PacketCounters(n, n, n * 100, time.wall());
          reasons.add(new ProbeSnapshot.Reason(id, name, counters));
          String function = names.length == 2 ? names[1] : "at_" + name.toLowerCase();
          String location = function + "+0x12";
          cells.add(TestSnapshot.cell(id, location, counters));
        });
    return TestSnapshot.of(p.name, p.uid)
        .owner(p.owner, secondsLeft(p))
        .active(p.active)
        .epoch(p.epoch)
        .tag(p.tag)
        .since(p.since)
        .gap((p.gapMillis + 999) / 1000)
        .missingCpus(missingCpus)
        .counted(reasons, cells)
        .stages(p.stages())
        .build();
  }

  @Override
  public ReasonNames reasons() {
    return namesReasons
        ? new ReasonNames(Map.of("NO_SOCKET", 2L, "NETFILTER_DROP", 6L, "QUEUE_PURGE", 70L))
        : ReasonNames.NONE;
  }

  @Override
  public NetNamespaces netNamespaces() {
    return new NetNamespaces(
        netns.entrySet().stream()
            .map(
                e ->
                    new NetNamespaces.NetNamespace(
                        e.getKey(), 1000 + Long.parseLong(e.getKey()), e.getValue()))
            .toList(),
        1001L);
  }

  @Override
  public Interfaces interfaces() {
    return interfaces;
  }

  @Override
  public Netstat netstat(String name, Interfaces interfaces) {
    return netstat.getOrDefault(name, Netstat.NONE);
  }

  private void hang() {
    CountDownLatch until = hang;
    if (until != null) {
      try {
        until.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Override
  public void load(byte[] module, int limit) throws KernelException {
    loads++;
    hang();
    if (!loadErrors.isEmpty()) {
      throw new KernelException("finit_module", loadErrors.remove(0).number);
    }
    if (srcversion != null) {
      throw new KernelException("finit_module", Errno.EEXIST.number);
    }
    image = module;
    memoryLimit = (long) limit;
    Matcher m = SRCVERSION.matcher(new String(module, StandardCharsets.ISO_8859_1));
    srcversion = m.find() ? m.group(1) : "none";
  }

  @Override
  public void unload() throws KernelException {
    unloads++;
    hang();
    expire();
    if (srcversion == null) {
      throw new KernelException("delete_module", Errno.ENOENT.number);
    }
    if (references() > 0) {
      throw new KernelException("delete_module", Errno.EAGAIN.number);
    }
    srcversion = null;
    probes.clear();
  }

  @Override
  public void command(String command) throws KernelException {
    expire();
    String[] words = command.split("[ \n]", 3);
    Optional.ofNullable(beforeCommand.remove(words[0])).ifPresent(Runnable::run);
    Errno injected = commandErrors.remove(words.length == 0 ? "" : words[0]);
    Errno error = injected != null ? injected : run(command);
    if (error != null) {
      throw new KernelException(command, error.number);
    }
    commands.add(words[0] + " " + words[1]);
  }

  /** Returns null if the command was executed. */
  private Errno run(String text) {
    if (srcversion == null) {
      return Errno.ENOENT;
    }
    Optional<FakeCommand> command = FakeCommand.parse(text);
    return command.isPresent() ? run(command.get()) : Errno.EINVAL;
  }

  private Errno run(FakeCommand command) {
    Probe p = probes.get(command.name());
    String owner = command.keys().get("owner");
    boolean sameUid = p != null && p.uid.equals(command.keys().get("uid"));
    boolean sameOwner = p != null && p.owner.equals(owner);
    if (command.verb().equals("add")) {
      if (p != null) {
        return sameUid && !sameOwner && isLive(p) ? Errno.EBUSY : Errno.EEXIST;
      }
      return add(command.name(), command.keys());
    }
    if (!sameUid) {
      return Errno.ENOENT;
    }
    if (!sameOwner && !(command.verb().equals("renew") && !isLive(p))) {
      return Errno.EBUSY;
    }
    return change(p, command.verb(), command.keys());
  }

  private Errno add(String name, Map<String, String> keys) {
    Map<String, String> filter = new TreeMap<>(keys);
    filter.keySet().removeAll(List.of("uid", "owner", "lease", "tag"));
    if (refuseFilters && !filter.isEmpty()) {
      return Errno.EINVAL;
    }
    if (probes.size() >= 16) {
      return Errno.ENOSPC;
    }
    if (tooLarge.contains(name) || (stagesTooLarge && filter.containsKey("stages"))) {
      return Errno.ENOMEM;
    }
    Probe p = new Probe();
    p.name = name;
    p.uid = keys.get("uid");
    p.owner = keys.get("owner");
    p.filter = filter;
    p.tag = keys.get("tag");
    p.epoch = "%016x".formatted(++epochs);
    startLease(p, Long.parseLong(keys.getOrDefault("lease", "600")));
    probes.put(name, p);
    return null;
  }

  private Errno change(Probe p, String verb, Map<String, String> keys) {
    switch (verb) {
      case "renew" -> {
        p.owner = keys.get("owner");
        startLease(p, Long.parseLong(keys.get("lease")));
      }
      case "activate" -> {
        p.active = true;
        p.since = p.since == null ? time.wall() : p.since;
        endGap(p);
        if (!isLive(p)) {
          startLease(p, p.leaseSeconds);
        }
      }
      case "deactivate" -> {
        p.active = false;
        endGap(p);
      }
      case "set" -> {
        if (!p.filter.containsKey("netns")) {
          return Errno.EINVAL;
        }
        p.filter.put("netns", keys.get("netns"));
      }
      case "remove" -> {
        if (p.active) {
          return Errno.EAGAIN;
        }
        probes.remove(p.name);
      }
      default -> throw new AssertionError(verb);
    }
    return null;
  }

  private void startLease(Probe p, long seconds) {
    p.leaseSeconds = seconds;
    p.leaseEndMillis = time.millis() + seconds * 1000;
  }

  private void endGap(Probe p) {
    p.gapMillis += p.expiredAtMillis < 0 ? 0 : time.millis() - p.expiredAtMillis;
    p.expiredAtMillis = -1;
  }

  private boolean isLive(Probe p) {
    return time.millis() < p.leaseEndMillis;
  }

  private long secondsLeft(Probe p) {
    return Math.max(0, (p.leaseEndMillis - time.millis() + 999) / 1000);
  }

  private void expire() {
    for (Probe p : probes.values()) {
      if (p.active && !isLive(p)) {
        p.active = false;
        p.expiredAtMillis = p.leaseEndMillis;
      }
    }
  }
}
