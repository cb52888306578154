/** A compilation as a page for people. */
package org.weft.cli.report;
