// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Durations;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Something to mend on a node that counts.
 *
 * @param condition of {@link Conditions.Node#NOTES}, which is False
 * @param reason the condition's reason, part of the API
 * @param message what happened and what to do
 */
public record Note(String condition, String reason, String message) {
  /**
   * The notes of a node.
   *
   * @param skew see {@link ShownSkew#show}
   * @param journalError why the journal can't be written; null means that it can
   */
  public static List<Note> of(Duration skew, @Nullable String journalError) {
    return Stream.of(
            Optional.ofNullable(journalError).map(Note::notSaved),
            Optional.of(skew).filter(s -> !s.isZero()).map(Note::clockSkew))
        .flatMap(Optional::stream)
        .toList();
  }

  private static Note notSaved(String error) {
    return new Note(
        Conditions.Node.JOURNAL_SAVED,
        Conditions.Node.JOURNAL_NOT_SAVED,
        "a crash of this node would lose what it has counted since its last report, because the"
            + " agent cannot write its journal: "
            + error
            + "; make space in /var/lib/dropprobe on the node");
  }

  private static Note clockSkew(Duration skew) {
    return new Note(
        Conditions.Node.CLOCK_SYNCHRONIZED,
        Conditions.Node.CLOCK_SKEW,
        "the node's clock is "
            + Durations.format(skew.abs())
            + (skew.isNegative() ? " behind" : " ahead of")
            + " the API server's; DropProbe corrects its own times, but check the time service of"
            + " the node (timedatectl, chronyc tracking)");
  }
}
