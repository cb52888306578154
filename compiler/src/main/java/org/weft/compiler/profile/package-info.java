/** How often control goes where. */
package org.weft.compiler.profile;
