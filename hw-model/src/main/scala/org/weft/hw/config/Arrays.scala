package org.weft.hw.config

/** Values of maps when an FPGA has been configured; zeros where nothing is said.
  *
  * @param places of each map where its values begin in map memory, and how many there are, in words of eight
  *   bytes
  * @param values of map memory, byte by byte
  */
case class Arrays(places: Seq[(Int, Int)] = Nil, values: Seq[Byte] = Nil)
