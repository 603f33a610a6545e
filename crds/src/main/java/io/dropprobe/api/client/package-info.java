/**
 * How operator and agent reach the API server: connections that notice when it falls silent, and
 * the time that it has.
 */
@NullMarked
package io.dropprobe.api.client;

import org.jspecify.annotations.NullMarked;
