/** The packet in flight. */
package org.weft.sim.packet;
