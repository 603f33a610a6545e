// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.dropprobe.agent.kernel.Netstat;
import java.util.Set;

/**
 * Which of the kernel's own counters a probe has.
 *
 * @param names those by which packets can be judged
 * @param missingNamespaces network namespaces that the module has no memory for
 * @param missingDevices devices that it has no memory for
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Coverage(Set<String> names, long missingNamespaces, long missingDevices) {
  /** Copies. */
  public Coverage {
    names = Set.copyOf(names);
  }

  static Coverage of(Netstat read) {
    return new Coverage(read.usable(), read.missingNamespaces(), read.missingDevices());
  }

  /** Whether silent losses are known: the probe has counters, and those of all namespaces. */
  boolean showsSilentLosses() {
    return !names.isEmpty() && missingNamespaces == 0;
  }

  /** Whether nothing is missing. */
  public boolean complete() {
    return missingNamespaces == 0 && missingDevices == 0;
  }
}
