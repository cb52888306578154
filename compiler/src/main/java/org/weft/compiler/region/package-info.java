/** Which memory each access of a program goes to. */
package org.weft.compiler.region;
