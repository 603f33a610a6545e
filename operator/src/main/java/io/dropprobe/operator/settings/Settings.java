// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.settings;

import io.dropprobe.api.schema.Defaults;
import io.dropprobe.api.schema.Durations;
import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.schema.Names;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the ConfigMap {@code dropprobe}, validated.
 *
 * @param enabled false means that no node may have the module in its kernel
 * @param canaries nodes that must survive a module before others with that kernel load it; 0 means
 *     that no node waits
 * @param soak how long a node must live with a module until it has survived it
 * @param agentImage image of the node-agent container
 * @param builderImage image of the kmod-builder container
 * @param lease how long a kernel keeps counting without its agent
 * @param heartbeat how often a node reports if nothing has changed
 * @param staleAfter age at which a report no longer describes its node
 * @param minReportInterval shortest time between two writes of one object's status
 * @param agentPort port of the agents' metrics on the host; their health checks use the next port
 * @param moduleMemoryLimit MiB that the counters of all probes take at most in one kernel
 * @param priorityClassName of the agents' pods; empty means none
 * @param logLevel of the agents
 */
public record Settings(
    boolean enabled,
    int canaries,
    Duration soak,
    String agentImage,
    String builderImage,
    Duration lease,
    Duration heartbeat,
    Duration staleAfter,
    Duration minReportInterval,
    int agentPort,
    int moduleMemoryLimit,
    String priorityClassName,
    String logLevel) {

  private static final Pattern IMAGE = Pattern.compile("[A-Za-z0-9][-A-Za-z0-9._/:@]{0,511}");
  private static final Pattern CLASS_NAME =
      Pattern.compile("([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?)?");
  private static final Pattern MEMORY = Pattern.compile("([0-9]{1,4})(Mi|Gi)");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,5}");
  private static final Duration DAY = Duration.ofHours(24);
  private static final Pattern LEVEL = Pattern.compile("ERROR|WARN|INFO|DEBUG");

  /** The components of this record, and the key that kustomize copies into the Deployment. */
  private static final Set<String> KEYS =
      Stream.concat(
              Stream.of("operatorImage"),
              Arrays.stream(Settings.class.getRecordComponents()).map(RecordComponent::getName))
          .collect(Collectors.toCollection(TreeSet::new));

  /** For keys that the ConfigMap does not have; the images have no default. */
  public static final Settings DEFAULTS =
      new Settings(
          Defaults.ENABLED,
          Defaults.CANARIES,
          Durations.parse(Defaults.SOAK),
          "",
          "",
          Durations.parse(Defaults.LEASE),
          Durations.parse(Defaults.HEARTBEAT),
          Durations.parse(Defaults.STALE_AFTER),
          Durations.parse(Defaults.MIN_REPORT_INTERVAL),
          Defaults.AGENT_PORT,
          Defaults.MODULE_MEMORY_LIMIT,
          Names.AGENT,
          Defaults.LOG_LEVEL);

  /**
   * Parses the data of the ConfigMap.
   *
   * @param data null means empty; unknown keys are ignored, see {@link #unknown}
   * @throws SettingsException naming key, value, rule and next step
   */
  public static Settings parse(@Nullable Map<String, String> data) {
    Map<String, String> given = Objects.requireNonNullElse(data, Map.of());
    Settings s =
        new Settings(
            flag(given, "enabled", DEFAULTS.enabled),
            number(given, "canaries", DEFAULTS.canaries, 0, 16, "a whole number, 0 to 16"),
            duration(given, "soak", DEFAULTS.soak, Duration.ofSeconds(1), Duration.ofHours(1)),
            image(given, "agentImage"),
            image(given, "builderImage"),
            duration(given, "lease", DEFAULTS.lease, Duration.ofSeconds(10), DAY),
            duration(given, "heartbeat", DEFAULTS.heartbeat, Duration.ofSeconds(1), DAY),
            duration(given, "staleAfter", DEFAULTS.staleAfter, Duration.ofSeconds(2), DAY),
            duration(
                given, "minReportInterval", DEFAULTS.minReportInterval, Duration.ofSeconds(1), DAY),
            number(given, "agentPort", DEFAULTS.agentPort, 1, 65535, "a port, 1 to 65535"),
            mebibytes(given, "moduleMemoryLimit", DEFAULTS.moduleMemoryLimit),
            text(
                given,
                "priorityClassName",
                DEFAULTS.priorityClassName,
                CLASS_NAME,
                "a name of a PriorityClass, or empty"),
            text(given, "logLevel", DEFAULTS.logLevel, LEVEL, "one of ERROR, WARN, INFO, DEBUG"));
    if (s.staleAfter.compareTo(s.heartbeat) <= 0) {
      throw new SettingsException(
          "staleAfter",
          given.get("staleAfter"),
          "longer than heartbeat ("
              + Durations.format(s.heartbeat)
              + "); otherwise a node without changes is stale");
    }
    return s;
  }

  /**
   * The setting {@code enabled} alone, whatever the other values are.
   *
   * @param data null means empty
   * @return empty if its value is invalid
   */
  static Optional<Boolean> enabled(@Nullable Map<String, String> data) {
    try {
      return Optional.of(flag(data == null ? Map.of() : data, "enabled", DEFAULTS.enabled));
    } catch (SettingsException e) {
      return Optional.empty();
    }
  }

  /** These settings with another {@code enabled}. */
  public Settings withEnabled(boolean value) {
    return new Settings(
        value,
        canaries,
        soak,
        agentImage,
        builderImage,
        lease,
        heartbeat,
        staleAfter,
        minReportInterval,
        agentPort,
        moduleMemoryLimit,
        priorityClassName,
        logLevel);
  }

  /**
   * Names keys that have no effect, most likely because they are misspelt.
   *
   * @param data null means empty
   * @return a sentence for users; empty if all keys are known
   */
  public static Optional<String> unknown(@Nullable Map<String, String> data) {
    TreeSet<String> unknown = new TreeSet<>(data == null ? Set.of() : data.keySet());
    unknown.removeAll(KEYS);
    return unknown.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "ConfigMap dropprobe has keys without effect: %s; known keys are %s"
                .formatted(String.join(", ", unknown), String.join(", ", KEYS)));
  }

  private static String image(Map<String, String> given, String key) {
    String value = given.get(key);
    if (value == null || !IMAGE.matcher(value).matches()) {
      throw new SettingsException(key, value, "the name of a container image");
    }
    return value;
  }

  private static Duration duration(
      Map<String, String> given,
      String key,
      Duration otherwise,
      Duration atLeast,
      Duration atMost) {
    String value = given.get(key);
    if (value == null) {
      return otherwise;
    }
    String rule =
        "a duration of at least %s and at most %dh, like 600s or 5m"
            .formatted(Durations.format(atLeast), atMost.toHours());
    try {
      Duration d = Durations.parse(value);
      if (d.compareTo(atLeast) >= 0 && d.compareTo(atMost) <= 0) {
        return d;
      }
    } catch (IllegalArgumentException e) {
      // The exception below has the key and the bounds.
    }
    throw new SettingsException(key, value, rule);
  }

  private static int number(
      Map<String, String> given, String key, int otherwise, int least, int most, String rule) {
    String value = given.get(key);
    if (value == null) {
      return otherwise;
    }
    if (NUMBER.matcher(value).matches()) {
      int number = Integer.parseInt(value);
      if (number >= least && number <= most) {
        return number;
      }
    }
    throw new SettingsException(key, value, rule);
  }

  private static boolean flag(Map<String, String> given, String key, boolean otherwise) {
    String value = given.getOrDefault(key, Boolean.toString(otherwise));
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new SettingsException(key, value, "true or false, in quotes");
    };
  }

  private static int mebibytes(Map<String, String> given, String key, int otherwise) {
    String value = given.get(key);
    if (value == null) {
      return otherwise;
    }
    Matcher m = MEMORY.matcher(value);
    if (m.matches()) {
      int mebibytes = Integer.parseInt(m.group(1)) * (m.group(2).equals("Gi") ? 1024 : 1);
      if (mebibytes >= Limits.MODULE_MEMORY_MIN && mebibytes <= Limits.MODULE_MEMORY_MAX) {
        return mebibytes;
      }
    }
    throw new SettingsException(
        key,
        value,
        "a whole number of Mi or Gi, at least %dMi and at most %dGi, like 32Mi"
            .formatted(Limits.MODULE_MEMORY_MIN, Limits.MODULE_MEMORY_MAX / 1024));
  }

  private static String text(
      Map<String, String> given, String key, String otherwise, Pattern pattern, String rule) {
    String value = given.getOrDefault(key, otherwise);
    if (!pattern.matcher(value).matches()) {
      throw new SettingsException(key, value, rule);
    }
    return value;
  }
}
