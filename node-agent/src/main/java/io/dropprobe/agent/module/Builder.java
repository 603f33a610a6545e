// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** The kmod-builder sidecar, which compiles the module. */
interface Builder {
  /** Describes the builder; empty until it has started. */
  Optional<BuilderInfo> info();

  /** Whether a request exists that the builder has not answered. */
  boolean requested(String id);

  /**
   * Requests a module.
   *
   * @param id name of the request, {@code [a-z0-9-]{1,64}}
   * @param release uname -r of the kernel to build for
   * @param deadline when the builder gives the build up
   */
  void request(String id, String release, Instant deadline) throws IOException;

  /** The answer to a request; empty while the builder has not answered. */
  Optional<BuildAnswer> answer(String id) throws IOException;

  /** Deletes a request and its answer, if they exist. */
  void forget(String id) throws IOException;
}
