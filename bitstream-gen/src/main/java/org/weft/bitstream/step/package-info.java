/** Steps of a flow: run when their inputs changed, finished or not there at all. */
package org.weft.bitstream.step;
