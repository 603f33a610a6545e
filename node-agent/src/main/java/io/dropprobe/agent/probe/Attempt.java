package io.dropprobe.agent.probe;

import java.util.Map;

/**
 * What a pass has tried to do with the probes in the kernel.
 *
 * @param plan null when nothing could be tried
 * @param failed verdict by name of the probe, for those of which a step was refused
 * @param obstacle why nothing could be tried: the verdict of every probe; null when it could
 */
public record Attempt(ProbePlan plan, Map<String, Verdict> failed, Verdict obstacle) {
  /** Nothing could be tried. */
  public static Attempt prevented(Verdict obstacle) {
    return new Attempt(null, Map.of(), obstacle);
  }
}
