// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.metrics;

import org.jspecify.annotations.Nullable;

/** Writes lines in the Prometheus text format. */
final class MetricsWriter {
  private final StringBuilder text = new StringBuilder();

  void head(String name, String type, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  void line(String name, long value, @Nullable String... labels) {
    text.append(name).append('{');
    for (int i = 0; i < labels.length; i += 2) {
      text.append(i == 0 ? "" : ",").append(labels[i]).append("=\"").append(escape(labels[i + 1]));
      text.append('"');
    }
    text.append("} ").append(value).append('\n');
  }

  private static String escape(@Nullable String value) {
    return value == null
        ? ""
        : value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
