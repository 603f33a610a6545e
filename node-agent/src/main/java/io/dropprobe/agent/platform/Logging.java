// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.platform;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Writes one line for each message to standard error. */
public final class Logging {
  // Strong references: java.util.logging drops an unreferenced logger and its level.
  private static final Logger ROOT = Logger.getLogger("");
  private static final Logger CLIENT = Logger.getLogger("io.fabric8");

  private Logging() {}

  /**
   * @param level TRACE, DEBUG, INFO, WARN or ERROR; anything else is INFO
   */
  public static void configure(String level) {
    for (var h : ROOT.getHandlers()) {
      ROOT.removeHandler(h);
    }
    ConsoleHandler out = new ConsoleHandler();
    out.setLevel(Level.ALL);
    out.setFormatter(new OneLine());
    ROOT.addHandler(out);
    ROOT.setLevel(level(level));
    // At each disconnect the client logs a stack trace without a cause. Its callers log the error.
    CLIENT.setLevel(Level.SEVERE);
  }

  static Level level(String name) {
    return switch (name.toUpperCase(Locale.ROOT)) {
      case "TRACE" -> Level.FINER;
      case "DEBUG" -> Level.FINE;
      case "WARN", "WARNING" -> Level.WARNING;
      case "ERROR" -> Level.SEVERE;
      default -> Level.INFO;
    };
  }

  private static final class OneLine extends Formatter {
    @Override
    public String format(LogRecord r) {
      String name = r.getLoggerName() == null ? "" : r.getLoggerName();
      String text =
          "%s %-7s %s: %s%n"
              .formatted(
                  r.getInstant().truncatedTo(ChronoUnit.MILLIS),
                  r.getLevel(),
                  name.substring(name.lastIndexOf('.') + 1),
                  formatMessage(r));
      return r.getThrown() == null ? text : text + trace(r.getThrown());
    }

    private static String trace(Throwable t) {
      StringWriter out = new StringWriter();
      t.printStackTrace(new PrintWriter(out));
      return out.toString();
    }
  }
}
