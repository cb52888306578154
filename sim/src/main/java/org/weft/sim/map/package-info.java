/** Maps: the view that users have, and the software maps of the engines. */
package org.weft.sim.map;
