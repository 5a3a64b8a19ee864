/**
 * What git knows about a file: who last touched each line, and which commits changed it. Takes: the
 * repository that {@code repo} lends, and a path. Gives: lines with their commits, commits with
 * their paths. Never: starts a program, writes into the repository, obeys its configuration, or
 * interrupts a thread. Follows the rules of the {@code git} program, which is what its answers are
 * compared with; git's paths are bytes here, and become text when they leave.
 */
package dev.codeintel.git;
