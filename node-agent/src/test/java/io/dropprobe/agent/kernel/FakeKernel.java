package io.dropprobe.agent.kernel;

import io.dropprobe.agent.ManualTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A kernel in memory, with the semantics of the module's files as design/kernel-module.md has them:
 * owners, leases, epochs, refusals. Several agents may share it.
 */
public final class FakeKernel implements Kernel {
  private static final Pattern SRCVERSION = Pattern.compile("srcversion=([0-9A-F]+)");

  /** Every command that was accepted, in order. */
  public final List<String> commands = new ArrayList<>();

  /** Errors that the next loads answer with, in order. */
  public final List<Errno> loadErrors = new ArrayList<>();

  /** Errors by the first word of a command, once. */
  public final Map<String, Errno> commandErrors = new HashMap<>();

  /** What happens just before a command, by its first word, once. */
  public final Map<String, Runnable> beforeCommand = new HashMap<>();

  public Preflight preflight = Preflight.CLEAR;

  /** A module from before tags does not know the word. */
  public boolean takesTags = true;

  /** What the kernel says of a module on its way in or out; null for neither. */
  public String transientState;

  public boolean refuseFilters;
  public boolean namesReasons = true;
  public boolean manualActive;

  /** Cookie and cgroup of each network namespace; the node's own is 1. */
  public final Map<String, String> netns = new TreeMap<>(Map.of("1", "/init.scope"));

  /** How often the state of the module was read. */
  public int moduleReads;

  /** How often all probes were read. */
  public int probesReads;

  /** How often one probe was read by its name. */
  public int singleReads;

  public int loads;

  public int unloads;

  /** While it is there, loads and unloads hang until it is counted down. */
  public volatile CountDownLatch hang;

  /** What was loaded last. */
  public byte[] image;

  /** How long it takes to read the probes. */
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
    long lease;
    long leaseEnd;
    long expiredAt = -1;
    long gap;
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

  // What a test does to it.

  /** Drops packets: each active probe counts them. */
  public void drop(String reason, long packets) {
    expire();
    probes.values().stream()
        .filter(p -> p.active)
        .forEach(p -> p.drops.merge(reason, packets, Long::sum));
  }

  /** Packets that arrive and are not dropped. */
  public void receive(long packets) {
    probes.values().stream().filter(p -> p.active).forEach(p -> p.received += packets);
  }

  /** Power off and on: the module and all in it are gone. */
  public void reboot() {
    srcversion = null;
    probes.clear();
    boots++;
  }

  /** Loads a module by hand. */
  public void loaded(String version) {
    srcversion = version;
  }

  /** The source version of the loaded module; null when there is none. */
  public String srcversion() {
    return srcversion;
  }

  /** {@code name(active) owner} of each probe. */
  public List<String> summary() {
    expire();
    return probes.values().stream()
        .map(p -> p.name + (p.active ? "(active) " : "(inactive) ") + p.owner)
        .toList();
  }

  /** What a probe was added with. */
  public String filter(String name) {
    return probes.get(name).filter.toString();
  }

  /** Seconds until the probe's lease ends. */
  public long leaseLeft(String name) {
    return left(probes.get(name));
  }

  // What the agent sees.

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
        : new ObservedModule.Live("0.1.0", srcversion, references(), 1, namesReasons, manualActive);
  }

  private int references() {
    return (int) probes.values().stream().filter(p -> p.active).count() + (manualActive ? 1 : 0);
  }

  @Override
  public List<ProbeSnapshot> probes() {
    probesReads++;
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
        (name, n) -> {
          long id = name.hashCode() & 0xffff;
          reasons.add(new ProbeSnapshot.Reason(id, name, n, n, n * 100, time.wall()));
          String location = "at_" + name.toLowerCase() + "+0x12";
          cells.add(new ProbeSnapshot.Cell(id, location, n, n, n * 100, time.wall()));
        });
    return TestSnapshot.of(p.name, p.uid)
        .owner(p.owner, left(p))
        .active(p.active)
        .epoch(p.epoch)
        .tag(p.tag)
        .since(p.since)
        .gap(p.gap)
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
  public void load(byte[] module) throws KernelException {
    loads++;
    hang();
    if (!loadErrors.isEmpty()) {
      throw new KernelException("finit_module", loadErrors.remove(0).number);
    }
    if (srcversion != null) {
      throw new KernelException("finit_module", Errno.EEXIST.number);
    }
    image = module;
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
    String[] words = command.split(" ");
    Map<String, String> keys = new HashMap<>();
    for (int i = 2; i < words.length; i++) {
      keys.put(words[i].split("=", 2)[0], words[i].split("=", 2)[1]);
    }
    Optional.ofNullable(beforeCommand.remove(words[0])).ifPresent(Runnable::run);
    Errno injected = commandErrors.remove(words[0]);
    Errno error = injected != null ? injected : run(words[0], words[1], keys);
    if (error != null) {
      throw new KernelException(command, error.number);
    }
    commands.add(words[0] + " " + words[1]);
  }

  /** Null when it was done. */
  private Errno run(String verb, String name, Map<String, String> keys) {
    if (srcversion == null) {
      return Errno.ENOENT;
    }
    Probe p = probes.get(name);
    if (verb.equals("add")) {
      return p == null ? add(name, keys) : Errno.EEXIST;
    }
    if (p == null || !p.uid.equals(keys.get("uid"))) {
      return Errno.ENOENT;
    }
    boolean mine = p.owner.equals(keys.get("owner"));
    if (!mine && !(verb.equals("renew") && left(p) == 0)) {
      return Errno.EBUSY;
    }
    return change(p, verb, keys);
  }

  private Errno add(String name, Map<String, String> keys) {
    Map<String, String> filter = new TreeMap<>(keys);
    filter.keySet().removeAll(List.of("uid", "owner", "lease", "tag"));
    if (!takesTags && keys.containsKey("tag")) {
      return Errno.EINVAL;
    }
    if (refuseFilters && !filter.isEmpty()) {
      return Errno.EINVAL;
    }
    if (probes.size() >= 16) {
      return Errno.ENOSPC;
    }
    Probe p = new Probe();
    p.name = name;
    p.uid = keys.get("uid");
    p.owner = keys.get("owner");
    p.filter = filter;
    p.tag = keys.get("tag");
    p.epoch = "%016x".formatted(++epochs);
    renew(p, keys);
    probes.put(name, p);
    return null;
  }

  private Errno change(Probe p, String verb, Map<String, String> keys) {
    switch (verb) {
      case "renew" -> {
        p.owner = keys.get("owner");
        renew(p, keys);
      }
      case "activate" -> {
        p.active = true;
        p.since = p.since == null ? time.wall() : p.since;
        p.gap += p.expiredAt < 0 ? 0 : (time.millis() - p.expiredAt) / 1000;
        p.expiredAt = -1;
      }
      case "set" -> p.filter.put("netns", keys.get("netns"));
      case "deactivate" -> p.active = false;
      case "remove" -> {
        if (p.active) {
          return Errno.EAGAIN;
        }
        probes.remove(p.name);
      }
      default -> {
        return Errno.EINVAL;
      }
    }
    return null;
  }

  private void renew(Probe p, Map<String, String> keys) {
    p.lease = Long.parseLong(keys.get("lease"));
    p.leaseEnd = time.millis() + p.lease * 1000;
  }

  private long left(Probe p) {
    return Math.max(0, (p.leaseEnd - time.millis() + 999) / 1000);
  }

  private void expire() {
    for (Probe p : probes.values()) {
      if (p.active && p.leaseEnd <= time.millis()) {
        p.active = false;
        p.expiredAt = p.leaseEnd;
      }
    }
  }
}
