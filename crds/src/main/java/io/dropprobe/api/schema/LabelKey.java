package io.dropprobe.api.schema;

/**
 * Keys of labels and taints, by the rule of the API server: what it would refuse in the agents'
 * DaemonSet is refused in a DropProbe. {@code IsQualifiedName} in Kubernetes'
 * apimachinery/pkg/util/validation: a DNS subdomain of at most 253 characters and a slash, both
 * optional, and a name of at most 63.
 */
public final class LabelKey {
  /** The longest part before the slash. */
  private static final int MAX_PREFIX = 253;

  /** The longest there is. */
  public static final int MAX_LENGTH = MAX_PREFIX + 1 + 63;

  private static final String DNS_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";

  private static final String KEY =
      "(" + DNS_LABEL + "(\\." + DNS_LABEL + ")*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?";

  /** A key, but for the length of what is before the slash. */
  private static final String PATTERN = "^" + KEY + "$";

  /** The same, or nothing. */
  public static final String PATTERN_OR_EMPTY = "^(" + KEY + ")?$";

  /** To be put behind the name of a string in CEL: what the pattern does not say. */
  public static final String PREFIX_FITS = ".indexOf('/') <= " + MAX_PREFIX;

  /** Said of a string where that is not so. */
  public static final String PREFIX_TOO_LONG =
      "not a label key: the part before the slash has more than " + MAX_PREFIX + " characters";

  /** In CEL, of {@code k}: whether it is a key. */
  public static final String IS_KEY =
      "(size(k) <= " + MAX_LENGTH + " && k" + PREFIX_FITS + " && k.matches(r'" + PATTERN + "'))";

  private LabelKey() {}
}
