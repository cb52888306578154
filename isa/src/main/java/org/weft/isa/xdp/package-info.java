/** The XDP ABI: verdicts, helper functions, map types and map definitions, numbered as in Linux. */
package org.weft.isa.xdp;
