/** The host's side of a board's serial line. */
package org.weft.bitstream.serial;
