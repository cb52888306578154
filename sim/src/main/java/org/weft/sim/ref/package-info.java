/** The engine {@code ref}: interprets eBPF instructions and checks every access. */
package org.weft.sim.ref;
