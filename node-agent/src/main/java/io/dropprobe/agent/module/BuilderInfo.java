package io.dropprobe.agent.module;

/**
 * What the builder says of itself when it starts.
 *
 * @param source changes whenever the module that comes out could be another one
 */
record BuilderInfo(String source, String version, String compiler) {}
