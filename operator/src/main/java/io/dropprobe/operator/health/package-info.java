/** What the operator's health checks and metrics say about its informers. */
@NullMarked
package io.dropprobe.operator.health;

import org.jspecify.annotations.NullMarked;
