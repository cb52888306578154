/** Bitstreams for iCE40 FPGAs, with yosys, nextpnr and icepack. */
package org.weft.bitstream.ice40;
