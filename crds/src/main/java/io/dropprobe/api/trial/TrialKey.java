// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.trial;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.dropprobe.api.schema.Digest;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.Trial;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * What is proven at once: a module, in a kernel, with some hooks.
 *
 * @param srcversion hash of the module's source, which the kernel shows of the loaded module
 * @param builder digest of everything in the builder's image that goes into the module: the same
 *     source may become another module with another compiler
 * @param release uname -r
 * @param version uname -v, since distributions rebuild a kernel under the same release
 * @param hooks that are attached; none means that the module is only loaded
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record TrialKey(
    String srcversion, String builder, String release, String version, Set<Hook> hooks) {
  /** Keeps a sorted copy of the hooks; takes absent ones for none. */
  @SuppressWarnings("ConstantValue") // Jackson passes null for what is absent.
  public TrialKey {
    hooks =
        hooks == null || hooks.isEmpty()
            ? Set.of()
            : Collections.unmodifiableSet(EnumSet.copyOf(hooks));
  }

  /**
   * The key of what a node reports.
   *
   * @return empty if the report has no trial, or one that this version cannot read
   */
  public static Optional<TrialKey> of(DropProbeNodeStatus report) {
    Trial trial = report.module == null ? null : report.module.trial;
    if (trial == null
        || report.kernel == null
        || trial.srcversion == null
        || trial.builder == null
        || report.kernel.release == null
        || report.kernel.version == null) {
      return Optional.empty();
    }
    String srcversion = trial.srcversion;
    String builder = trial.builder;
    String release = report.kernel.release;
    String version = report.kernel.version;
    return Hook.parse(trial.hooks)
        .map(hooks -> new TrialKey(srcversion, builder, release, version, hooks));
  }

  /** Names the key in a ConfigMap: 16 hexadecimal digits. */
  public String digest() {
    return Digest.shortOf(
        String.join("\n", srcversion, builder, release, version, Hook.format(hooks)));
  }

  /** Whether both are about the same module in the same kernel, with whatever hooks. */
  public boolean sameModule(TrialKey other) {
    return with(other.hooks).equals(other);
  }

  /** Whether the proof of this key is one of the other, too. */
  public boolean covers(TrialKey other) {
    return sameModule(other) && hooks.containsAll(other.hooks);
  }

  /** The same source in the same kernel, of another builder. */
  TrialKey madeBy(String other) {
    return new TrialKey(srcversion, other, release, version, hooks);
  }

  /** The same module in the same kernel, with other hooks. */
  public TrialKey with(Set<Hook> others) {
    return new TrialKey(srcversion, builder, release, version, others);
  }
}
