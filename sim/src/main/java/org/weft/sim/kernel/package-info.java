/**
 * The engine that is Linux itself: the same object in the running kernel, one packet at a time
 * through {@code bpf(BPF_PROG_TEST_RUN)}.
 */
package org.weft.sim.kernel;
