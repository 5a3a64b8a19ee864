/**
 * The command line: one class a command. Takes: arguments. Gives: words on stdout, everything else
 * that is said on stderr, an exit code. Never: does the work itself.
 */
package dev.codeintel.cli;
