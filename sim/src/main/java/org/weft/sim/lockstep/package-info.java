/**
 * Engine {@code sim} and the Verilated hardware in lock-step: the same packets in the same clocks,
 * as many in flight as the machine takes, and every clock, row, byte, counter and map compared.
 */
package org.weft.sim.lockstep;
