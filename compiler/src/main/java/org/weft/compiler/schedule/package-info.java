/** Instructions into rows. */
package org.weft.compiler.schedule;
