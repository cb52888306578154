/** What compiler, engines and hardware agree on: nothing here depends on any of them. */
package org.weft.isa;
