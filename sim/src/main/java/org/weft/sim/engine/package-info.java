/** What all engines have in common. */
package org.weft.sim.engine;
