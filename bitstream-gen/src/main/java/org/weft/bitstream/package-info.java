/**
 * Boards, synthesis flows and resource reports: from the generated RTL to a bitstream. Depends on
 * the hardware model only; no engine depends on it.
 */
package org.weft.bitstream;
