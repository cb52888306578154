/** The {@code weft} command: reads arguments, calls the modules, prints results. */
package org.weft.cli;
