package io.dropprobe.api.schema;

/** Names of the API group. */
public final class Group {
  private Group() {}

  /** The API group of all kinds. */
  public static final String NAME = "dropprobe.io";
}
