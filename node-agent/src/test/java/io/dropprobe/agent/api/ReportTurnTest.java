package io.dropprobe.agent.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReportTurnTest {
  private final ReportTurn turn = new ReportTurn();

  @Test
  void theFirstReportOfANodeAndTheNextOneMayBeWritten() {
    assertEquals(Optional.empty(), turn.obstacle("w", "n1", "n1", null, 0));
    assertEquals(Optional.empty(), turn.obstacle("w", "n1", "n1", "n1", 0));
  }

  @Test
  void aNodeThatIsGoneHasNothingToReport() {
    String gone = turn.obstacle("w", "n1", null, null, 0).orElseThrow();
    assertTrue(gone.contains("gone: nothing to report"), gone);
  }

  @Test
  void aReportOfTheEarlierNodeIsNotMadeUnderTheNewOnesName() {
    assertTrue(turn.obstacle("w", "n1", "n2", null, 0).isPresent());
  }

  @Test
  void anEarlierNodesReportIsLeftToTheOperatorForAMinute() {
    assertTrue(turn.obstacle("w", "n2", "n2", "n1", 5_000).isPresent());
    assertTrue(turn.obstacle("w", "n2", "n2", "n1", 64_999).isPresent());
    assertEquals(Optional.empty(), turn.obstacle("w", "n2", "n2", "n1", 65_000));
  }

  @Test
  void whenTheOperatorHasDeletedItNothingIsWaitedFor() {
    assertTrue(turn.obstacle("w", "n2", "n2", "n1", 0).isPresent());
    assertEquals(Optional.empty(), turn.obstacle("w", "n2", "n2", null, 3_000));
  }

  @Test
  void eachEarlierNodeIsWaitedFor() {
    turn.obstacle("w", "n2", "n2", "n1", 0);
    assertTrue(turn.obstacle("w", "n3", "n3", "n2", 70_000).isPresent());
  }
}
