/**
 * The two kinds of {@code dropprobe.io/v1alpha1}: plain data with public fields. All fields are
 * boxed; null means "not given" or "not known", never 0. Fields are written in the order of their
 * declaration.
 */
@NullMarked
package io.dropprobe.api.v1alpha1;

import org.jspecify.annotations.NullMarked;
