/** The program image: one file with all a machine needs to run a program. */
package org.weft.isa.image;
