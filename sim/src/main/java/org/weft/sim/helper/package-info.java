/** What helper functions do, on resolved memory: written once for every software engine. */
package org.weft.sim.helper;
