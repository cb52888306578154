/** Interfaces, routes and neighbours: what the system around a program knows of the network. */
package org.weft.sim.network;
