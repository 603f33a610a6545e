/** What the framework needs: clients, leader election, metrics and beans. */
@NullMarked
package io.dropprobe.operator.runtime;

import org.jspecify.annotations.NullMarked;
