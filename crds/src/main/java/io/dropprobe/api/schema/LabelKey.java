// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.schema;

/**
 * Syntax of label and taint keys, as the API server checks it ({@code IsQualifiedName} in
 * Kubernetes' apimachinery/pkg/util/validation): an optional DNS subdomain of at most 253
 * characters with a slash, and a name of at most 63. A DropProbe with a key that the API server
 * would refuse in the agents' DaemonSet is refused itself.
 */
public final class LabelKey {
  /** The longest part before the slash. */
  private static final int MAX_PREFIX = Limits.NAME;

  /** The longest key. */
  public static final int MAX_LENGTH = MAX_PREFIX + 1 + Limits.LABEL;

  private static final String DNS_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";

  private static final String KEY =
      "(" + DNS_LABEL + "(\\." + DNS_LABEL + ")*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?";

  /** A key, without a check of the length of the part before the slash. */
  private static final String PATTERN = "^" + KEY + "$";

  /** The same, or the empty string. */
  public static final String PATTERN_OR_EMPTY = "^(" + KEY + ")?$";

  /** CEL, to be appended to the name of a string: checks the length that the pattern does not. */
  public static final String PREFIX_FITS = ".indexOf('/') <= " + MAX_PREFIX;

  /** The message if {@link #PREFIX_FITS} is false. */
  public static final String PREFIX_TOO_LONG =
      "not a label key: the part before the slash has more than " + MAX_PREFIX + " characters";

  /** CEL: whether {@code k} is a key. */
  public static final String IS_KEY =
      "(size(k) <= " + MAX_LENGTH + " && k" + PREFIX_FITS + " && k.matches(r'" + PATTERN + "'))";

  private LabelKey() {}
}
