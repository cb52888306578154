/** A board at a serial line. */
package org.weft.bitstream.serial;
