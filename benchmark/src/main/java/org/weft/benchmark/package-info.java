/** Benchmarks of the simulator; README says how they are run. */
package org.weft.benchmark;
