/** Makes packet traces: reproducible, of many kinds, with few flows or many. */
package org.weft.examples.traffic;
