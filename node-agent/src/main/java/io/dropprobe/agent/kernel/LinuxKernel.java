// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import io.dropprobe.api.client.Time;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Kernel access through /proc, /sys and system calls. */
public final class LinuxKernel implements Kernel {
  private static final int TRIES = 3;

  private final KernelPaths paths;
  private final Syscalls syscalls;
  private final Time time;
  private final KernelFacts facts;

  /**
   * Reads at once what cannot change before the next boot.
   *
   * @param time says how wrong the machine's clock is, from which the kernel has its times
   */
  public LinuxKernel(KernelPaths paths, Syscalls syscalls, Time time) {
    this.paths = paths;
    this.syscalls = syscalls;
    this.time = time;
    this.facts =
        new KernelFacts(
            line("sys/kernel/osrelease"),
            line("sys/kernel/version"),
            architecture(),
            line("sys/kernel/random/boot_id"));
  }

  @Override
  public KernelFacts facts() {
    return facts;
  }

  @Override
  public Preflight preflight() {
    return PreflightReader.read(paths);
  }

  @Override
  public ObservedModule module() {
    Path dir = paths.sysModule().resolve(KernelPaths.MODULE);
    if (!Files.isDirectory(dir)) {
      return new ObservedModule.Absent();
    }
    Optional<String> initstate = KernelFiles.read(dir.resolve("initstate"));
    if (initstate.isEmpty()) {
      // The module was unloaded in between, or is compiled in.
      return Files.isDirectory(dir) ? new ObservedModule.BuiltIn() : new ObservedModule.Absent();
    }
    return initstate.get().equals("live")
        ? live(dir)
        : new ObservedModule.Transient(initstate.get());
  }

  private ObservedModule.Live live(Path dir) {
    DropPacketFile file = DropPacketFile.parse(KernelFiles.read(paths.dropPacket()).orElse(""));
    return new ObservedModule.Live(
        KernelFiles.read(dir.resolve("version")).orElse(null),
        KernelFiles.read(dir.resolve("srcversion")).orElse(null),
        KernelFiles.read(dir.resolve("refcnt")).map(Integer::parseInt).orElse(0),
        KernelFiles.read(dir.resolve("parameters").resolve(KernelPaths.MEMORY_LIMIT))
            .map(Long::valueOf)
            .orElse(null),
        file.abi(),
        file.namesReasons(),
        file.manualActive());
  }

  @Override
  public List<ProbeSnapshot> probes() throws IOException {
    List<Path> files;
    try (Stream<Path> list = Files.list(paths.dropProbes().resolve("probes"))) {
      files = list.sorted().toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
    List<ProbeSnapshot> all = new java.util.ArrayList<>();
    for (Path file : files) {
      probe(file).ifPresent(all::add);
    }
    return all;
  }

  @Override
  public Optional<ProbeSnapshot> probe(String name) throws IOException {
    return probe(paths.dropProbes().resolve("probes").resolve(name));
  }

  private Optional<ProbeSnapshot> probe(Path file) throws IOException {
    return complete(file, CounterParser::parse).map(p -> p.corrected(time.skew()));
  }

  /** Reads a file until a read is not truncated; empty if there is no such file. */
  private static <T> Optional<T> complete(Path file, Function<String, T> parser)
      throws IOException {
    TruncatedReadException truncated = null;
    for (int i = 0; i < TRIES; i++) {
      try {
        return Optional.of(parser.apply(KernelFiles.text(file)));
      } catch (NoSuchFileException e) {
        return Optional.empty();
      } catch (TruncatedReadException e) {
        truncated = e;
      }
    }
    throw new IOException(file + ": " + Objects.requireNonNull(truncated).getMessage(), truncated);
  }

  @Override
  public ReasonNames reasons() throws IOException {
    Path file = paths.dropProbes().resolve("reasons");
    return complete(file, ReasonNames::parse)
        .orElseThrow(() -> new NoSuchFileException(file.toString()));
  }

  @Override
  public NetNamespaces netNamespaces() throws IOException {
    return new NetNamespaces(
        complete(paths.dropProbes().resolve("namespaces"), NetNamespaces::parse).orElse(List.of()),
        ownNamespace());
  }

  @Override
  public Interfaces interfaces() throws IOException {
    return complete(paths.dropProbes().resolve("interfaces"), Interfaces::parse)
        .orElse(Interfaces.NONE);
  }

  @Override
  public Netstat netstat(String name, Interfaces interfaces) throws IOException {
    Path file = paths.dropProbes().resolve("counters").resolve(name);
    return complete(file, text -> Netstat.parse(text, interfaces)).orElse(Netstat.NONE);
  }

  /** The number in {@code net:[4026531840]}; null means that the link cannot be read. */
  private @Nullable Long ownNamespace() {
    try {
      String link = Files.readSymbolicLink(paths.proc().resolve("self/ns/net")).toString();
      return Long.valueOf(link.replaceAll("[^0-9]", ""));
    } catch (IOException | NumberFormatException e) {
      return null;
    }
  }

  @Override
  public void command(String command) throws KernelException {
    try {
      syscalls.write(paths.control(), (command + "\n").getBytes(StandardCharsets.US_ASCII));
    } catch (KernelException e) {
      // A list of network namespaces can be long.
      throw e.of(command.length() <= 200 ? command : command.substring(0, 200) + "…");
    }
  }

  @Override
  public void load(byte[] module, int memoryLimit) throws KernelException {
    syscalls.loadModule(module, KernelPaths.MEMORY_LIMIT + "=" + memoryLimit);
  }

  @Override
  public void unload() throws KernelException {
    syscalls.unloadModule(KernelPaths.MODULE);
  }

  private String line(String file) {
    return KernelFiles.read(paths.proc().resolve(file)).orElse("unknown");
  }

  /** uname -m. Kernels before 6.1 have no /proc/sys/kernel/arch. */
  private static String architecture() {
    String arch = System.getProperty("os.arch");
    return arch.equals("amd64") ? "x86_64" : arch;
  }
}
