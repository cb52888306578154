/**
 * The engine {@code sim}: the whole NIC, one clock at a time, as docs/microarchitecture.md says.
 */
package org.weft.sim.nic;
