/** Packet traces: pcap and pcapng, read and written as streams. */
package org.weft.sim.trace;
