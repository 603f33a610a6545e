/** The settings of the ConfigMap {@code dropprobe}. */
@NullMarked
package io.dropprobe.operator.settings;

import org.jspecify.annotations.NullMarked;
