package io.dropprobe.agent.module;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** The container beside this one that compiles the module. */
interface Builder {
  /** Empty until it has started. */
  Optional<BuilderInfo> info();

  /** Whether a request is there that has no answer yet. */
  boolean asked(String id);

  /**
   * Asks for a module.
   *
   * @param id {@code [a-z0-9-]{1,64}}
   * @param release uname -r
   * @param deadline after which the answer is of no use
   */
  void ask(String id, String release, Instant deadline) throws IOException;

  /** The answer, once it is there. */
  Optional<BuildAnswer> answer(String id) throws IOException;

  /** Removes request and answer; what is not there is fine. */
  void forget(String id) throws IOException;
}
