/** Engine {@code rtl}: the hardware description, Verilated. */
package org.weft.sim.rtl;
