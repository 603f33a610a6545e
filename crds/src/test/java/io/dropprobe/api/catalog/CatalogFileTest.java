// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogFileTest {
  @Test
  void readsAllLinesOfAnEntry() {
    assertEquals(
        List.of(
            new Entry(
                2,
                Map.of(
                    Entry.Key.REASON, Set.of("A", "B", "C"),
                    Entry.Key.FUNCTION, Set.of("f"),
                    Entry.Key.IF_REASON, Set.of("D")),
                DropClass.Close,
                "It was closed.",
                "Look here. Look there.")),
        CatalogFile.read(
            """

            reason A B
            # A comment inside an entry.
            reason C
            function   f
            if-reason  D
            class  Close
            means  It was closed.
            next   Look here.
            next   Look there.


            # A comment alone.
            """));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      textBlock =
          """
          reason A|reason B,                        the entry has no 'class'
          reason A|class Close|next N,              the entry has no 'means'
          reason A|class Close|means M,             the entry has no 'next'
          reason A|class Open|means M|next N,       'Open' is no class
          driver A|class Close|means M|next N,      the entry names neither a reason nor a function nor a counter
          reason A A|class Close|means M|next N,    'A' is named twice
          reason|class Close|means M|next N,        'reason' has no value
          class Close|class Close,                  'class' is given twice
          counter A B|direction in|class Close|means M|next N,  the entry names more than one counter
          counter A|class Routing|means M|next N,   'direction' is in or out
          counter A|direction in out|class Routing|means M|next N,  'direction' is in or out
          counter A|direction in|freed F|class Close|means M|next N,  'freed' has REASON@function
          reason A|freed B@f|class Close|means M|next N,  "'direction' and 'freed' need a 'counter'"
          counter A|reason R|direction in|class Close|means M|next N,  "'direction' and 'freed' are of counters of packets that are not freed"
          counter A|direction in|class Close|means M|next N,  the class of packets that are not freed is one of Lost
          raeson A|class Close|means M|next N,      'raeson' is no key
          """)
  void refusesAnEntryThatIsNotComplete(String lines, String message) {
    Exception e =
        assertThrows(
            IllegalArgumentException.class, () -> CatalogFile.read(lines.replace('|', '\n')));
    assertEquals(message, e.getMessage().replaceFirst("^line \\d+: ", ""));
  }

  @Test
  void namesTheLineThatIsWrong() {
    Exception e =
        assertThrows(
            IllegalArgumentException.class,
            () -> CatalogFile.read("# A comment.\n\nreason A\nclass Close\nmeans\nnext N\n"));
    assertEquals("line 5: 'means' has no value", e.getMessage());
  }
}
