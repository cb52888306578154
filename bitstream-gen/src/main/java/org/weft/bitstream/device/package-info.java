/** What a host does with a device that has a weft machine in it, whatever is between them. */
package org.weft.bitstream.device;
