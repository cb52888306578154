/** XDP objects as the loader delivers them: linked programs and map definitions. */
package org.weft.compiler.object;
