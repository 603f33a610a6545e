/** Events about the objects that users create. */
@NullMarked
package io.dropprobe.operator.events;

import org.jspecify.annotations.NullMarked;
