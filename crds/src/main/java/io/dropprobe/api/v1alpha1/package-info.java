/**
 * The two kinds of {@code dropprobe.io/v1alpha1}. Plain data with public fields, boxed everywhere:
 * null is "not given" or "could not look", never 0. The order of fields is the order in the YAML.
 */
package io.dropprobe.api.v1alpha1;
